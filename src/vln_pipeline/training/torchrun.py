"""torchrun, run as a program that ends at once with the process that started it."""

from torch.distributed.run import main

from vln_pipeline.lifelines import end_with_standard_input

if __name__ == "__main__":
    end_with_standard_input()
    main()
