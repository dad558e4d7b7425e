"""The backbone of ``national-2025-network``: which cities are joined, and the choices behind lengths and bandwidth.

Change a number and run the folder again. Who is joined to whom follows geography and the known trunk routes between
provincial capitals; it is no operator's map. Bandwidth is illustrative throughout.
"""

CAPITALS = {  # region of national-2025: node, names
    "beijing": ("beijing", "北京", "Beijing"),
    "tianjin": ("tianjin", "天津", "Tianjin"),
    "hebei": ("shijiazhuang", "石家庄", "Shijiazhuang"),
    "shanxi": ("taiyuan", "太原", "Taiyuan"),
    "inner_mongolia": ("hohhot", "呼和浩特", "Hohhot"),
    "liaoning": ("shenyang", "沈阳", "Shenyang"),
    "jilin": ("changchun", "长春", "Changchun"),
    "heilongjiang": ("harbin", "哈尔滨", "Harbin"),
    "shanghai": ("shanghai", "上海", "Shanghai"),
    "jiangsu": ("nanjing", "南京", "Nanjing"),
    "zhejiang": ("hangzhou", "杭州", "Hangzhou"),
    "anhui": ("hefei", "合肥", "Hefei"),
    "fujian": ("fuzhou", "福州", "Fuzhou"),
    "jiangxi": ("nanchang", "南昌", "Nanchang"),
    "shandong": ("jinan", "济南", "Jinan"),
    "henan": ("zhengzhou", "郑州", "Zhengzhou"),
    "hubei": ("wuhan", "武汉", "Wuhan"),
    "hunan": ("changsha", "长沙", "Changsha"),
    "guangdong": ("guangzhou", "广州", "Guangzhou"),
    "guangxi": ("nanning", "南宁", "Nanning"),
    "hainan": ("haikou", "海口", "Haikou"),
    "chongqing": ("chongqing_city", "重庆", "Chongqing city"),
    "sichuan": ("chengdu", "成都", "Chengdu"),
    "guizhou": ("guiyang", "贵阳", "Guiyang"),
    "yunnan": ("kunming", "昆明", "Kunming"),
    "tibet": ("lhasa", "拉萨", "Lhasa"),
    "shaanxi": ("xian", "西安", "Xi'an"),
    "gansu": ("lanzhou", "兰州", "Lanzhou"),
    "qinghai": ("xining", "西宁", "Xining"),
    "ningxia": ("yinchuan", "银川", "Yinchuan"),
    "xinjiang": ("urumqi", "乌鲁木齐", "Urumqi"),
}
"""Node of each province; its place is that of the region."""

LINKS = """
beijing tianjin
beijing shijiazhuang
beijing zhangjiakou
beijing jinan
beijing shenyang
tianjin jinan
tianjin shenyang
shijiazhuang taiyuan
shijiazhuang zhengzhou
shijiazhuang jinan
zhangjiakou horinger
zhangjiakou hohhot
horinger hohhot
horinger taiyuan
hohhot yinchuan
hohhot urumqi
taiyuan xian
taiyuan zhengzhou
shenyang changchun
changchun harbin
harbin hohhot
jinan nanjing
jinan zhengzhou
nanjing shanghai
nanjing hefei
nanjing hangzhou
nanjing wuhu
hefei wuhu
hefei wuhan
hefei zhengzhou
shanghai hangzhou
shanghai yrd_demo
yrd_demo hangzhou
hangzhou fuzhou
hangzhou nanchang
nanchang fuzhou
nanchang changsha
nanchang wuhan
fuzhou guangzhou
wuhan zhengzhou
wuhan changsha
wuhan chongqing_city
wuhan xian
zhengzhou xian
changsha shaoguan
changsha guiyang
changsha nanning
shaoguan guangzhou
guangzhou nanning
guangzhou haikou
nanning haikou
nanning guiyang
nanning kunming
guiyang guian
guiyang kunming
guiyang chongqing_city
chongqing_city chongqing
chongqing_city chengdu
chongqing_city xian
chengdu tianfu
chengdu kunming
chengdu xian
chengdu lanzhou
chengdu lhasa
lhasa xining
xian qingyang
xian lanzhou
xian yinchuan
qingyang yinchuan
qingyang lanzhou
yinchuan zhongwei
zhongwei lanzhou
lanzhou xining
lanzhou urumqi
"""
"""Pairs of nodes; a link is called by both."""

DETOUR = 1.58
"""Length of the cable over the great circle: with the turns that paths take over the nodes between, the 45 pairs of
clusters come to 9.7 ms in the mean, as CAICT measured between hubs in the first quarter of 2024, access left aside."""

TOTAL = 751_000
"""[Gbit/s] CAICT, first quarter of 2024: bandwidth between the clusters; here that of all links of the backbone."""
OPEN = 0.25  # of it is open to dispatched computing; the rest carries everything else, 16 % in the mean, and its peaks
MODULE = 400  # [Gbit/s] a wavelength of 400G, the step in which trunks are widened
USABLE = 0.7  # of what is open, in the mean hour: the rest is for the peak of the day and for a link that fails
COST_OF_MODULE = 60_000  # [CNY/a] two ends of a 400G wavelength, in ten years
COST_OF_MODULE_KM = 240  # [CNY/a per km] amplifiers and its part of the fibre
MODULES_MAX = 40  # a fibre pair more
PRICE_KM = 1e-6  # [CNY/GB per km] power and upkeep, by what is carried
PRICE_KM = 1e-6  # [CNY/GB per km] power and upkeep by what is carried
