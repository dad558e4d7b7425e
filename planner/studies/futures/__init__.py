"""What uncertainty costs: EVPI, VSS, the regret of each plan in each future, and what is built in all."""
