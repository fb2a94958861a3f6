#version 330
flat in vec2 centre;
flat in vec3 conic;
flat in float opacity;
flat in vec3 color;
out vec4 added;

void main() {
    vec2 d = gl_FragCoord.xy - 0.5 - centre;
    float power = conic.x * d.x * d.x + 2.0 * conic.y * d.x * d.y + conic.z * d.y * d.y;
    float alpha = min(0.99, opacity * exp(-0.5 * power));
    if (alpha < 1.0 / 255.0) discard;
    added = vec4(alpha * color, alpha);
}
