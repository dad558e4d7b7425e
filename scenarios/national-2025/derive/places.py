"""Provinces, hubs and clusters: what is known of each, one row a place.

A province: id, short Chinese name (the `province` of every table), English name, side, hub, longitude and latitude of
its capital, GDP 2024 [100 million CNY] and people 2024 [10 000] (NBS), grid emission factor 2022 [tCO2/MWh] (MEE),
benchmark coal price [CNY/MWh], yearly mean temperature of the capital [deg C], key for its share of its group's racks.
"""

SIDES = {
    "east": ("东部", "East"),
    "central": ("中部", "Central"),
    "west": ("西部", "West"),
    "northeast": ("东北", "Northeast"),
}

HUBS = {
    "jingjinji": ("京津冀枢纽", "Beijing-Tianjin-Hebei hub"),
    "yangtze_delta": ("长三角枢纽", "Yangtze Delta hub"),
    "greater_bay": ("粤港澳大湾区枢纽", "Greater Bay Area hub"),
    "chengyu": ("成渝枢纽", "Chengdu-Chongqing hub"),
    "guizhou": ("贵州枢纽", "Guizhou hub"),
    "inner_mongolia": ("内蒙古枢纽", "Inner Mongolia hub"),
    "gansu": ("甘肃枢纽", "Gansu hub"),
    "ningxia": ("宁夏枢纽", "Ningxia hub"),
}

# The coal price of 四川, 重庆, 贵州, 新疆 and the whole row of prices and factors of 西藏 are stand-ins (illustrative).
# The rack key is a share of the group's racks in the hubs' provinces (chosen); elsewhere None means "by GDP",
# and 山西, eighth of the 31 in CAICT's index of 2025 on half the GDP of its neighbours, counts twice.
PROVINCES = """
beijing        北京   Beijing        east      jingjinji      116.41 39.90  49843.1  2183 0.5580 359.8 12.9 0.32
tianjin        天津   Tianjin        east      jingjinji      117.20 39.08  18024.3  1364 0.7041 365.5 13.2 0.16
hebei          河北   Hebei          east      jingjinji      114.51 38.04  47526.9  7378 0.7252 368.2 14.0 0.52
shanxi         山西   Shanxi         central   -              112.55 37.87  25494.7  3446 0.7096 332.0 10.6 gdp2
inner_mongolia 内蒙古 Inner-Mongolia west      inner_mongolia 111.75 40.84  26314.6  2388 0.6849 293.2  7.3 0.14
liaoning       辽宁   Liaoning       northeast -              123.43 41.81  32612.7  4155 0.5626 374.9  8.7 gdp
jilin          吉林   Jilin          northeast -              125.32 43.82  14361.2  2317 0.4932 373.1  6.1 gdp
heilongjiang   黑龙江 Heilongjiang   northeast -              126.54 45.80  16476.9  3029 0.5368 374.0  4.9 gdp
shanghai       上海   Shanghai       east      yangtze_delta  121.47 31.23  53926.7  2480 0.5849 415.5 17.1 0.27
jiangsu        江苏   Jiangsu        east      yangtze_delta  118.80 32.06 137008.0  8526 0.5978 391.0 16.2 0.36
zhejiang       浙江   Zhejiang       east      yangtze_delta  120.16 30.27  90130.6  6670 0.5153 415.3 17.4 0.24
anhui          安徽   Anhui          central   yangtze_delta  117.23 31.82  50625.2  6123 0.6782 384.4 16.5 0.13
fujian         福建   Fujian         east      -              119.30 26.07  57761.0  4193 0.4092 393.2 20.4 gdp
jiangxi        江西   Jiangxi        central   -              115.86 28.68  34202.5  4502 0.5752 414.3 18.2 gdp
shandong       山东   Shandong       east      -              117.12 36.65  98565.8 10080 0.6410 394.9 14.7 gdp
henan          河南   Henan          central   -              113.63 34.75  63590.0  9785 0.6058 377.9 15.1 gdp
hubei          湖北   Hubei          central   -              114.31 30.59  60013.0  5834 0.4364 416.1 17.2 gdp
hunan          湖南   Hunan          central   -              112.94 28.23  53231.0  6539 0.4900 450.0 17.6 gdp
guangdong      广东   Guangdong      east      greater_bay    113.26 23.13 141633.8 12780 0.4403 453.0 22.4 0.42
guangxi        广西   Guangxi        west      -              108.37 22.82  28649.4  5013 0.4044 420.7 21.8 gdp
hainan         海南   Hainan         east      -              110.33 20.03   7935.7  1048 0.4184 429.8 24.4 gdp
chongqing      重庆   Chongqing      west      chengyu        106.55 29.56  32193.2  3190 0.5227 396.4 18.4 0.10
sichuan        四川   Sichuan        west      chengyu        104.07 30.57  64697.0  8364 0.1404 401.2 16.5 0.14
guizhou        贵州   Guizhou        west      guizhou        106.63 26.65  22667.1  3860 0.4989 351.5 15.0 0.10
yunnan         云南   Yunnan         west      -              102.83 24.88  31534.1  4655 0.1073 335.8 15.7 gdp
tibet          西藏   Tibet          west      -               91.14 29.65   2764.9   370 0.1567 350.0  8.7 gdp
shaanxi        陕西   Shaanxi        west      -              108.94 34.34  35538.8  3953 0.6558 354.5 14.2 gdp
gansu          甘肃   Gansu          west      gansu          103.83 36.06  13002.9  2458 0.4772 307.8 10.4 0.035
qinghai        青海   Qinghai        west      -              101.78 36.62   3950.8   593 0.1567 324.7  6.1 gdp
ningxia        宁夏   Ningxia        west      ningxia        106.23 38.49   5502.8   729 0.6423 259.5  9.9 0.065
xinjiang       新疆   Xinjiang       west      -               87.62 43.83  20534.1  2623 0.6231 250.0  7.4 gdp
"""

# A cluster: id, Chinese and English name, hub, province, longitude and latitude of a county of its start area, PUE,
# racks today [10 000], racks it may grow to [10 000], claimed intelligent compute [EFLOPS FP16], water use [m3/MWh IT].
CLUSTERS = """
zhangjiakou 张家口集群       Zhangjiakou       jingjinji      hebei          115.5179 40.4153 1.22 46.0 100 255 0.8
yrd_demo    长三角示范区集群 YRD-Demonstration yangtze_delta  shanghai       121.1242 31.1507 1.25 28.0  60  20 1.2
wuhu        芜湖集群         Wuhu              yangtze_delta  anhui          118.3917 31.3694 1.25 10.0  70  10 1.2
shaoguan    韶关集群         Shaoguan          greater_bay    guangdong      113.5878 24.7929 1.25 12.0  50  10 1.2
tianfu      天府集群         Tianfu            chengyu        sichuan        103.9236 30.5744 1.25 15.0  50  20 1.2
chongqing   重庆集群         Chongqing         chengyu        chongqing      106.3956 29.8051 1.25 15.0  50  10 1.2
guian       贵安集群         Gui-an            guizhou        guizhou        106.6703 26.4098 1.20 20.0  72  51 0.8
horinger    和林格尔集群     Horinger          inner_mongolia inner_mongolia 111.8218 40.3788 1.18 30.4  80 116 0.6
qingyang    庆阳集群         Qingyang          gansu          gansu          107.6511 35.7307 1.18  3.1  30  66 0.6
zhongwei    中卫集群         Zhongwei          ningxia        ningxia        105.1737 37.5169 1.16 15.5  56 130 0.6
"""

# National supercomputing centres by province (a count; each taken as SUPER_CENTRE_MW).
SUPER_CENTRES = {
    "tianjin": 1, "shanghai": 1, "jiangsu": 2, "zhejiang": 1, "shandong": 1, "henan": 1, "hunan": 1, "guangdong": 2,
    "sichuan": 1, "shaanxi": 1, "shanxi": 1,
}  # fmt: skip

# Green supply at a cluster: technology, yearly availability, largest new capacity [MW].
GREEN_GROWTH = {
    "zhangjiakou": (("wind", 0.27, 600.0), ("solar", 0.156, 400.0)),
    "horinger": (("wind", 0.32, 600.0), ("solar", 0.168, 400.0)),
    "qingyang": (("wind", 0.24, 600.0), ("solar", 0.159, 400.0)),
    "zhongwei": (("wind", 0.22, 600.0), ("solar", 0.165, 400.0)),
}
# Existing green contracts: 和林格尔 1.22 TWh in Q1 2025 at 84.57 %; 张家口 4.071 TWh in H1 2025, one third [MWh/a].
GREEN_CONTRACTS = {"horinger": 1.22e6 * 4 * 0.8457, "zhangjiakou": 4.071e6 * 2 / 3}
