#version 330

uniform float exposure;
uniform sampler2D base_texture;  // sRGB, white where a material has none
uniform vec3 base_color;
uniform vec3 emission;
uniform float alpha;

in vec2 uv;
in vec3 color;

out vec4 out_color;

#ifdef BAKED
in vec3 irradiance;

vec3 light() {
    return irradiance;
}
#else
const float PI = 3.14159265358979;

uniform vec3 eye;
uniform vec3 ambient;
uniform vec3 sky;
uniform vec3 bright_sky;
uniform int lamp_count;
uniform vec3 lamp_position[NEAREST];
uniform vec3 lamp_axis[NEAREST];      // zero for a point light
uniform vec3 lamp_intensity[NEAREST];
uniform float lamp_size[NEAREST];

in vec3 position;

vec3 light() {
    vec3 normal = normalize(cross(dFdx(position), dFdy(position)));
    normal = faceforward(normal, position - eye, normal);
    vec3 sum = vec3(0.0);
    for (int lamp = 0; lamp < lamp_count; lamp++) {
        vec3 ray = lamp_position[lamp] - position;
        float towards = dot(normal, ray);
        if (towards <= 0.0) continue;
        // No hotter beside a lamp than on it.
        float squared = max(dot(ray, ray), lamp_size[lamp] * lamp_size[lamp] / 4.0);
        float fall = towards / (squared * sqrt(squared));
        if (lamp_axis[lamp] != vec3(0.0)) fall *= max(-dot(lamp_axis[lamp], ray), 0.0) / sqrt(squared);
        sum += lamp_intensity[lamp] * fall;
    }
    return sum / PI + ambient + (1.0 + dot(normal, bright_sky)) * sky;
}
#endif

void main() {
    vec3 shown = base_color * texture(base_texture, uv).rgb * color * light() + emission;
    // The target encodes sRGB and blends linearly, as long as what is blended is clamped already.
    out_color = vec4(min(exposure * shown, 1.0), alpha);
}
