"""Seq2Seq of VLN-CE (Krantz et al. 2020): words, colour and depth into one recurrent state."""
