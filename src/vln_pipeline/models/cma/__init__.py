"""Cross-modal attention of VLN-CE (Krantz et al. 2020): the state asks the words, and those ask the images."""
