"""Every word that the charts themselves add, in English and Chinese."""

from datetime import date

from planner.views.page.text import check_language

CATALOGUE: dict[str, dict[str, str]] = {
    "discharge": {"en": "Battery, discharging", "zh": "储能放电"},
    "grid": {"en": "Grid", "zh": "电网"},
    "excess": {"en": "Excess green power, sold", "zh": "富余绿电（出售）"},
    "curtailed": {"en": "Green power curtailed", "zh": "弃电"},
    "load": {"en": "Facility load", "zh": "设施负荷"},
    "charging": {"en": "top edge: load and battery charging", "zh": "色块上沿：负荷与储能充电"},
    "asked": {"en": "Load if no work had waited", "zh": "若作业不延迟的负荷"},
    "power_panel": {"en": "Power (MW)", "zh": "功率（MW）"},
    "stored_panel": {"en": "Energy in the battery (MWh)", "zh": "储能电量（MWh）"},
    "waiting_panel": {"en": "Work that waits (MWh of IT energy)", "zh": "等待中的作业（IT 电量，MWh）"},
    "share_panel": {
        "en": "Green share of each hour's load (%); {mean} % over the year",
        "zh": "逐时绿电占比（%）；全年 {mean}%",
    },
    "dispatch_title": {"en": "{site}: supply and load, hour by hour", "zh": "{site}：逐时供电与负荷"},
    "duration_title": {"en": "{site}: duration curves", "zh": "{site}：持续曲线"},
    "all_sites": {"en": "All sites", "zh": "全部节点"},
    "days": {"en": "{first} to {last}", "zh": "{first}至{last}"},
    "hours": {"en": "hour {first} to hour {last}", "zh": "第 {first} 至第 {last} 小时"},
    "chosen_waiting": {
        "en": "the seven days in which most work waits",
        "zh": "全年延迟作业最多的连续七天",
    },
    "chosen_green": {"en": "the seven days with the least green share", "zh": "全年绿电占比最低的连续七天"},
    "chosen_first": {"en": "the first seven days", "zh": "最初七天"},
    "whole": {"en": "all {count} timesteps", "zh": "全部 {count} 个时段"},
    "representative": {
        "en": "{count} representative periods, no sequence: below each, its name and the days it stands for",
        "zh": "{count} 个代表时段，彼此不相连；下方为其名称与所代表的天数",
    },
    "representative_some": {
        "en": "{count} of {total} representative periods, those that stand for most hours; they are no sequence",
        "zh": "{total} 个代表时段中所代表小时数最多的 {count} 个，彼此不相连",
    },
    "stands_for": {"en": "{days} d", "zh": "{days} 天"},
    "hours_of_year": {"en": "Hours of the year", "zh": "全年小时数"},
    "facility_load": {"en": "Facility load", "zh": "设施负荷"},
    "grid_power": {"en": "Grid power", "zh": "电网供电"},
    "green_used": {"en": "Green power used", "zh": "已用绿电"},
    "available": {"en": "Green power available", "zh": "可用绿电"},
    "sorted": {
        "en": "Each curve is sorted by itself: a point of one and a point of another at the same place are not the "
        "same hour.",
        "zh": "各曲线各自排序，同一横坐标上的点并非同一时刻。",
    },
    "no_storage": {"en": "no storage", "zh": "无储能"},
    "no_waiting": {"en": "no work that can wait", "zh": "无可延迟作业"},
    "no_green": {"en": "no green power", "zh": "无绿电"},
    "absent": {"en": "This plan has {things} here.", "zh": "本方案此处{things}。"},
    "asked_many": {
        "en": "Work that can wait is known by region: a site is given its share of each region's work over the year.",
        "zh": "可延迟作业按需求地计；各节点按其全年承接份额分摊。",
    },
    "run": {"en": "Run: {run}.", "zh": "运行：{run}。"},
    "glyphs_missing": {
        "en": "□ stands for characters that the bundled font does not have: {names}.",
        "zh": "□ 代表随附字体中没有的字符：{names}。",
    },
    "cost_title": {"en": "{scenario}: what green power costs", "zh": "{scenario}：绿电的成本"},
    "cost_panel": {"en": "Cost per facility energy (CNY/MWh)", "zh": "单位设施用电成本（元/MWh）"},
    "cost_axis": {"en": "Least green share of all power (%)", "zh": "绿电占全部用电的最低比例（%）"},
    "certificate": {"en": "certificate, over the year", "zh": "绿证核算（全年）"},
    "matched": {"en": "matched hour by hour, over the year", "zh": "逐时匹配（全年合计）"},
    "every_timestep": {"en": "in every hour", "zh": "每小时均达标"},
    "as_given": {"en": "as given", "zh": "原情景"},
    "without_deferral": {"en": "no work may wait", "zh": "作业不可延迟"},
    "without_shifting": {"en": "no work leaves its province", "zh": "作业不出省"},
    "infeasible_points": {"en": "No plan can reach: {points}.", "zh": "无可行方案：{points}。"},
    "unsolved_points": {"en": "Not solved: {points}.", "zh": "未求得：{points}。"},
    "points": {"en": "{mode}, {variant}: {shares} %", "zh": "{mode}，{variant}：{shares}%"},
    "cost_subtitle": {
        "en": "Cheapest plan for each share of all power, by each accounting; every point solved and audited",
        "zh": "各核算口径下，绿电占比每一档的最低成本方案；各点均已求解并独立核验",
    },
    "changed": {"en": "Changed: {changes}.", "zh": "改动：{changes}。"},
    "cost_source": {
        "en": "Source: scenario {scenario}, inputs {hash}, planner {version}; sources in source.csv.",
        "zh": "来源：情景 {scenario}，输入 {hash}，planner {version}；各数据来源见 source.csv。",
    },
}

WEEKDAYS = {"en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), "zh": ("一", "二", "三", "四", "五", "六", "日")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def tell(key: str, language: str, **values: object) -> str:
    """Return one sentence of the catalogue with its values put in; values are text and are never parsed."""
    return CATALOGUE[key][check_language(language)].format(**values)


def name_day(day: date, language: str, *, weekday: bool = True) -> str:
    """Return a date for an axis, such as ``Mon 14 Jul`` or ``7月14日 周一``."""
    name = WEEKDAYS[language][day.weekday()]
    if language == "zh":
        return f"{day.month}月{day.day}日" + (f" 周{name}" if weekday else "")
    return (f"{name} " if weekday else "") + f"{day.day} {MONTHS[day.month - 1]}"
