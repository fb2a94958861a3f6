"""What networks share that follow instructions step by step, from images to actions, in one piece."""
