"""HiGHS, one programme at a time: arrays in, arrays out, and the judgement of its answer."""
