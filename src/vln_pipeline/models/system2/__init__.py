"""System 2: a Qwen2.5-VL that is asked where to go next."""
