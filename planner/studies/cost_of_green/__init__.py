"""One scenario solved for rising green shares, by each accounting."""
