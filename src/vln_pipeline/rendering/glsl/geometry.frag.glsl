#version 330

in float depth;
flat in uvec2 ids;

out vec4 out_geometry;  // metres along the optical axis, category, instance; single precision holds 16-bit ids exactly

void main() {
    out_geometry = vec4(depth, vec2(ids), 1.0);
}
