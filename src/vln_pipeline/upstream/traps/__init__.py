"""One trap a function, by what it is about; which dialect has which is told in its own module."""
