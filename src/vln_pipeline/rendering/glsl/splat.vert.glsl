#version 330
// One rectangle per ellipse, in pixels; the first row of the target is the uppermost of the image.
uniform ivec2 size;
in vec2 in_corner;
in vec2 in_centre;
in vec3 in_conic;
in float in_opacity;
in vec4 in_box;
in vec3 in_color;
flat out vec2 centre;
flat out vec3 conic;
flat out float opacity;
flat out vec3 color;

void main() {
    vec2 pixel = mix(in_box.xz, in_box.yw + 1.0, in_corner);
    gl_Position = vec4(2.0 * pixel / vec2(size) - 1.0, 0.0, 1.0);
    centre = in_centre;
    conic = in_conic;
    opacity = in_opacity;
    color = in_color;
}
