"""What would have to give where no plan can keep all the rules."""
