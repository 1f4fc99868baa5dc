"""One person on screen: the pages of a stepper, the still picture, two histories, two futures."""
