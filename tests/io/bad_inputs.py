"""The kinds of bad input: each a small change to the good scenario, and what the message must name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bad:
    """One kind of bad input.

    ``old`` is replaced by ``new`` in ``file`` (``old`` empty: the file becomes ``new``; ``new`` None: the file goes).
    The first fault must stand in ``file`` (or ``where``), ``row``, ``column``, hold ``value``, and say ``says``.
    """

    name: str
    file: str
    old: str | bytes
    new: str | bytes | None
    row: int | None
    column: str | None
    value: str | None
    says: str
    where: str = ""

    def applied(self, files: dict[str, bytes]) -> dict[str, bytes]:
        """Return the files after the change."""
        changed = dict(files)
        if self.new is None:
            del changed[self.file]
            return changed
        old, new = (part.encode() if isinstance(part, str) else part for part in (self.old, self.new))
        assert old in changed.get(self.file, b""), f"{self.name}: nothing to change"
        changed[self.file] = changed[self.file].replace(old, new, 1) if old else new
        return changed


S, W, R, T, D, L = "site.csv", "workload.csv", "region.csv", "scenario.toml", "region_workload.csv", "link.csv"
UTF16 = "site,pue\nwuhu,1.2\n".encode("utf-16")

BAD = (
    # bytes
    Bad("UTF-16", S, "", UTF16, None, None, None, "CSV UTF-8"),
    Bad("UTF-16 without mark", S, "", UTF16[2:], 1, None, None, "UTF-16"),
    Bad("NUL byte", S, "贵州", b"gui\0zhou", 3, None, None, "NUL"),
    Bad("damaged UTF-8", S, "芜".encode(), b"\xe8\x8a", 2, None, None, "damaged"),
    Bad("neither UTF-8 nor GB18030", "hub.csv", "", b"hub,name_zh\ndelta,\xff\xff\n", 2, None, None, "neither"),
    Bad("Latin-1", "hub.csv", "", b"hub,name_zh\ndelta,caf\xe9\n", 2, None, None, "neither"),
    Bad("empty file", S, "", "\n", None, None, None, "empty"),
    Bad("no bytes", S, "", b"", None, None, None, "empty"),
    # rows and columns
    Bad("unclosed quote", S, "芜湖集群", '"芜湖集群', 2, None, None, "quote"),
    Bad("text beside a quote", S, "芜湖集群", '"芜湖"集群', 2, None, None, "beside a quote"),
    Bad("row too long", S, "1.25,549.8", "1.25,,549.8", 2, None, None, "12 cells, the header 11"),
    Bad("row too short", S, "1.25,549.8", "549.8", 2, None, None, "10 cells, the header 11"),
    Bad("blank line between rows", S, "guian,贵", "\nguian,贵", 3, None, None, "blank line"),
    Bad("blank first line", S, "site,name", "\nsite,name", 1, None, None, "first line is blank"),
    Bad("double column", S, "modules_max", "price", 1, "price", None, "twice"),
    Bad("column without a name", S, "modules_max", "", 1, None, None, "no name"),
    Bad("semicolons", D, "", "region;workload;demand\nbeijing;training;1\n", 1, None, None, "commas"),
    Bad("unknown column", S, "pue", "peu", 1, "peu", None, "did you mean 'pue'?"),
    Bad("column with a space", S, ",pue", ", pue", 1, " pue", None, "did you mean 'pue'?"),
    Bad("key column missing", D, "region,workload", "regoin,workload", 1, "regoin", None, "did you mean 'region'?"),
    Bad("only a header", S, "", "site,pue\n", None, None, None, "no rows"),
    Bad("a row of commas", W, "training,Training,national,true,", ",,,,", 2, "workload", "", "key is empty"),
    # keys
    Bad("double key", S, "guian,贵", "wuhu,贵", 3, "site", "wuhu", "first in row 2"),
    Bad(
        "double key of two parts",
        D,
        "beijing,inference",
        "beijing,training",
        3,
        "region, workload",
        "beijing, training",
        "twice",
    ),
    Bad("double key after NFC", W, "", "workload\ncaf\u00e9\ncafe\u0301\n", 3, "workload", "café", "twice"),
    Bad("unknown key", D, "010101,training", "10101,training", 4, "region", "10101", "did you mean '010101'?"),
    Bad("unknown second key", D, "beijing,training", "beijing,trainning", 2, "workload", "trainning", "'training'"),
    Bad("id with a slash", S, "guian", "gui/an", 3, "site", "gui/an", "'/'"),
    Bad("id too long", W, "training,T", "x" * 65 + ",T", 2, "workload", "x" * 65, "at most 64"),
    Bad("id with a space behind", S, "guian,", "guian ,", 3, "site", "guian ", "spaces"),
    Bad("id with a zero-width space", S, "guian", "gui\u200ban", 3, "site", "gui\\u200ban", "U+200B"),
    Bad("bidirectional override", S, "guian", "gui\u202ean", 3, "site", "gui\\u202ean", "bidirectional"),
    Bad("control character", S, "贵安集群", "贵安\x1b[31m", 3, "name_zh", "贵安\\x1b[31m", "control"),
    # numbers
    Bad("thousands", S, "549.8", '"1,549.8"', 2, "price", "1,549.8", "thousands"),
    Bad("percentage", S, "6,0.8", "6,80%", 2, "share_min", "80%", "0.05"),
    Bad("full-width digits", S, "1.25", "１.２５", 2, "pue", "１.２５", "full-width"),
    Bad("NaN", S, "1.25", "NaN", 2, "pue", "NaN", "no number"),
    Bad("NA for a number", S, "1.25", "NA", 2, "pue", "NA", "no number"),
    Bad("infinity", S, "549.8", "inf", 2, "price", "inf", "finite"),
    Bad("underscore", S, "549.8", "5_49.8", 2, "price", "5_49.8", "separated by _"),
    Bad("hexadecimal", S, "549.8", "0x1F", 2, "price", "0x1F", "decimal"),
    Bad("Arabic digits", S, "549.8", "٥٤٩", 2, "price", "٥٤٩", "not a number"),
    Bad("decimal comma", S, "549.8", '"549,8"', 2, "price", "549,8", "decimal point"),
    Bad("number with a unit", S, "549.8", "549.8元", 2, "price", "549.8元", "CNY/MWh"),
    Bad("number with a space", S, "549.8", " 549.8", 2, "price", " 549.8", "spaces"),
    Bad("word for a number", S, "549.8", "cheap", 2, "price", "cheap", "not a number"),
    Bad("flag for a number", S, "549.8", "true", 2, "price", "true", "flag"),
    Bad("too large", D, "120", "1e13", 2, "demand", "1e13", "1e12"),
    Bad("beyond floats", D, "120", "1e999", 2, "demand", "1e999", "1e12"),
    Bad("too small", D, "120", "1e-13", 2, "demand", "1e-13", "1e-12"),
    Bad("negative", D, "120", "-1", 2, "demand", "-1", "at least 0"),
    Bad("above the range", S, "1.25", "3.5", 2, "pue", "3.5", "at least 1 and at most 3"),
    Bad("on an open end", "timestep.csv", "4380", "0", 2, "timestep_weight", "0", "more than 0 h/a"),
    Bad("not whole", S, "549.8,6", "549.8,6.5", 2, "modules_max", "6.5", "whole"),
    Bad("latitude out of range", S, "31.4", "91", 2, "latitude", "91", "at most 90"),
    Bad("coordinates swapped", S, "118.4,31.4", "31.4,118.4", 2, "latitude", "118.4", "swapped"),
    # words
    Bad("unknown choice", W, "national", "nation", 2, "reach", "nation", "did you mean 'national'?"),
    Bad("not a flag", W, "true", "yes", 2, "indivisible", "yes", "true or false"),
    Bad("unknown reference", S, "芜湖集群,delta", "芜湖集群,delt", 2, "hub", "delt", "did you mean 'delta'?"),
    Bad("unknown end of a link", L, "guian", "guain", 2, "to", "guain", "did you mean 'guian'?"),
    Bad("bad id by reference", S, "east", "ea<st", 2, "side", "ea<st", "'<'"),
    Bad("not a time", "timestep.csv", "position", "time", 2, "time", "2", "ISO 8601"),
    Bad("same position twice", "timestep.csv", "typical,2", "typical,1", 3, "position", "1", "same place"),
    Bad("position missing", "timestep.csv", "typical,2", "typical,", 2, "position", None, "every timestep"),
    # what is missing or too much
    Bad("missing row", D, "beijing,training,120\n", "", None, "demand", None, "beijing × training"),
    Bad("empty cell without default", S, "1.25", "", 2, "pue", None, "empty for wuhu"),
    Bad("column missing", D, "region,workload,demand", "region,workload", 2, None, None, "cells"),
    Bad("parameter missing", S, "", "site\nwuhu\nguian\nNA\n", None, "pue", None, "supply needs it"),
    Bad("table missing", S, "", None, None, None, None, "missing", S),
    Bad("unknown table", "sites.csv", "", "site,pue\n", None, None, None, "did you mean 'site'?"),
    Bad("two files of one table", "site.geojson", "", "{}", None, None, None, "as well"),
    Bad("table without coordinates as a layer", "hub.geojson", "", "{}", None, None, None, "no coordinates"),
    Bad("given at two indices", "site_timestep.csv", "", "site,timestep,pue\nNA,day,1.1\n", 2, "pue", None, "site.csv"),
    Bad("given as scalar too", T, "exact = true", "exact = true\nprice = 1", 12, "parameters.price", None, "site.csv"),
    # source.csv
    Bad("source of an unknown table", "source.csv", "site,wuhu", "sit,wuhu", 4, "table", "sit", "'site'"),
    Bad("source of an unknown row", "source.csv", "site,wuhu", "site,whu", 4, "key", "whu", "'wuhu'"),
    Bad("source of an unknown column", "source.csv", "wuhu,pue", "wuhu,peu", 4, "column", "peu", "'pue'"),
    Bad(
        "source of an unknown scalar",
        "source.csv",
        "carbon_price",
        "carbon_prize",
        2,
        "column",
        "carbon_prize",
        "'carbon_price'",
    ),
    Bad("unknown confidence", "source.csv", "published", "publishd", 2, "confidence", "publishd", "'published'"),
    Bad(
        "source given twice",
        "source.csv",
        "site,wuhu,pue",
        "site,,pue",
        4,
        "table, key, column",
        "site, , pue",
        "twice",
    ),
    # scenario.toml
    Bad("no scenario.toml", T, "", None, None, None, None, "missing"),
    Bad("not TOML", T, "carbon_price = 90", "carbon_price = ", 9, None, None, "not TOML"),
    Bad("key twice", T, "layer =", "carbon_price = 1\nlayer =", 10, None, None, "not TOML"),
    Bad(
        "nested without end",
        T,
        "carbon_price = 90",
        "carbon_price = " + "[" * 60 + "]" * 60,
        None,
        None,
        None,
        "without measure",
    ),
    Bad(
        "integer of more than 64 bits",
        T,
        "carbon_price = 90",
        "carbon_price = 0x" + "f" * 17,
        None,
        None,
        None,
        "without measure",
    ),
    Bad("unknown name", T, "title =", "tilte =", 1, "tilte", None, "did you mean 'title'?"),
    Bad("control character by escape", T, "A small world", "a\\u001b[31m", None, None, None, "control"),
    Bad("title not text", T, '"A small world"', "7", 1, "title", "7", "valid string"),
    Bad("unknown section", T, "[solver]", "[slover]", 16, "slover", None, "did you mean 'solver'?"),
    Bad("unknown feature", T, '"backbone"', '"backbon"', 3, "features", "backbon", "did you mean 'backbone'?"),
    Bad("feature missing that another needs", T, '"demand", ', "", 3, "features", "supply", 'add "demand"'),
    Bad("feature twice", T, '"backbone"', '"time"', 3, "features", "time", "twice"),
    Bad("objective as feature", T, '"backbone"', '"objective"', 3, "features", "objective", "never listed"),
    Bad(
        "no features",
        T,
        'features = ["time", "demand", "supply", "backbone"]',
        "features = []",
        3,
        "features",
        None,
        "no features",
    ),
    Bad("unknown objective", T, '"cost"', '"costs"', 6, "objective.minimise", "costs", "did you mean 'cost'?"),
    Bad("weights all 0", T, '"cost"', "{ cost = 0 }", 6, "objective.minimise", None, "all weights are 0"),
    Bad(
        "negative weight",
        T,
        '"cost"',
        "{ cost = -1 }",
        6,
        "objective.minimise.cost",
        "-1",
        "greater than or equal to 0",
    ),
    Bad("unknown weight", T, '"cost"', "{ costs = 1 }", 6, "objective.minimise.costs", None, "did you mean 'cost'?"),
    Bad(
        "unknown parameter",
        T,
        "carbon_price",
        "carbon_prize",
        9,
        "parameters.carbon_prize",
        None,
        "did you mean 'carbon_price'?",
    ),
    Bad("column among the scalars", T, "carbon_price", "pue", 9, "parameters.pue", None, "it is a column of site.csv"),
    Bad("number in quotes", T, "= 90", '= "90"', 9, "parameters.carbon_price", "90", "without quotes"),
    Bad("scalar NaN", T, "= 90", "= nan", 9, "parameters.carbon_price", "nan", "no number"),
    Bad("scalar out of range", T, "= 90", "= -1", 9, "parameters.carbon_price", "-1", "at least 0"),
    Bad("scalar choice unknown", T, '"optical"', '"optic"', 10, "parameters.layer", "optic", "did you mean 'optical'?"),
    Bad("scalar flag as number", T, "exact = true", "exact = 1", 11, "parameters.exact", "1", "flag"),
    Bad("hours not positive", T, "8760", "0", 14, "time.hours", "0", "greater than 0"),
    Bad(
        "representative days",
        T,
        "hours = 8760",
        "representative_days = 0",
        14,
        "time.representative_days",
        "0",
        "greater than or equal to 1",
    ),
    Bad("unknown solver option", T, "mip_gap", "gap", 19, "solver.gap", None, "did you mean 'mip_gap'?"),
    Bad("gap above 1", T, "1e-3", "2", 19, "solver.mip_gap", "2", "less than 1"),
    Bad("infinite time limit", T, "= 60", "= inf", 18, "solver.time_limit", "inf", "finite"),
    Bad(
        "base missing", T, "features", 'extends = "../nowhere"\nfeatures', 3, "extends", "../nowhere", "no such folder"
    ),
    Bad("base outside the root", T, "features", 'extends = "../../.."\nfeatures', 3, "extends", "../../..", "leaves"),
    Bad("base is itself", T, "features", 'extends = "."\nfeatures', 3, "extends", ".", "circle"),
    # set and drop
    Bad("set of an unknown table", T, "[time]", '[set]\n"sight.pue" = 1\n[time]', 14, "set.sight.pue", "1", "'site'"),
    Bad("set of an unknown column", T, "[time]", '[set]\n"site.peu" = 1\n[time]', 14, "set.site.peu", "1", "'pue'"),
    Bad(
        "set of an unknown row",
        T,
        "[time]",
        '[set]\n"site.pue" = { whu = 1.1 }\n[time]',
        14,
        "set.site.pue",
        "1.1",
        "'wuhu'",
    ),
    Bad("set out of range", T, "[time]", '[set]\n"site.pue" = 0.9\n[time]', 14, "pue", "0.9", "at least 1"),
    Bad("set of the wrong kind", T, "[time]", '[set]\n"site.pue" = "low"\n[time]', 14, "set.site.pue", "low", "number"),
    Bad("set without quotes", T, "[time]", "[set]\nsite.pue = 1.1\n[time]", 14, "set.site", None, "in quotes"),
    Bad(
        "set of what the folder gives elsewhere",
        T,
        "[time]",
        '[set]\n"site_timestep.pue" = 1.1\n[time]',
        14,
        "set.site_timestep.pue",
        "1.1",
        "same scenario",
    ),
    Bad("drop of an unknown set", T, "[time]", '[drop]\nsites = ["wuhu"]\n[time]', 14, "drop.sites", None, "'site'"),
    Bad("drop of an unknown member", T, "[time]", '[drop]\nsite = ["whu"]\n[time]', 14, "drop.site", "whu", "'wuhu'"),
    Bad("drop of a linked site", T, "[time]", '[drop]\nsite = ["NA"]\n[time]', 3, "from", "NA", "unknown site", L),
)
