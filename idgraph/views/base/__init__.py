"""What the views share: the blocks they are made of, the case they show, the ink they draw with."""
