"""What runs in environments of its own is no module of these tests."""

collect_ignore = ["run_with_cpu_torch.py"]
