"""Find the parameters that must give where no plan can keep all the rules."""
