"""Explain: what would have to give where no plan can keep all the rules, in the words of the scenario."""
