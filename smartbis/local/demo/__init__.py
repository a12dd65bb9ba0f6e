"""Two invented brands with half a year of believable history, made through the same services as everybody's."""
