"""How Seq2Seq is trained."""
