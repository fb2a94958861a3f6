#version 330

// World to clip space; the camera looks along +z with y down, so that the first row read back is the top one.
uniform mat4 projection;
uniform mat4 view;

in vec3 in_position;
in vec2 in_uv;
in vec3 in_color;       // linear
in vec3 in_irradiance;
in uvec2 in_ids;        // category, instance

invariant gl_Position;  // the pass that lays down depth and the one that colours must agree
out vec3 position;
out float depth;
out vec2 uv;
out vec3 color;
out vec3 irradiance;
flat out uvec2 ids;

void main() {
    vec4 seen = view * vec4(in_position, 1.0);
    gl_Position = projection * seen;
    position = in_position;
    depth = seen.z;
    uv = in_uv;
    color = in_color;
    irradiance = in_irradiance;
    ids = in_ids;
}
