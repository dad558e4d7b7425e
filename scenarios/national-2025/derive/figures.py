"""Published national figures and the few numbers chosen where nothing is published.

Every figure has its source beside it. `PUBLISHED` was read in the named document or a repost of it, `CHOSEN` was not:
it is an estimate of ours, marked illustrative in ``source.csv``. Change a number here and run the folder again.
"""

# --- national totals ------------------------------------------------------------------------------------------------
RACK_KW = 2.5  # the standard rack of Chinese statistics [kW]
RACKS_2024_06 = 8.3e6  # MIIT, in-use standard racks, June 2024
RACKS_2025_06 = 10.85e6  # 2025 China Computing Power Conference, June 2025
PUE_2024_06 = 1.47  # MIIT, national average, June 2024
PUE_2025_06 = 1.42  # 2025 China Computing Power Conference, June 2025
ELECTRICITY_2024 = 166e6  # CAICT, electricity of data centres in 2024 [MWh]; others say 140 and 260 TWh
EFLOPS_2025_06 = 788.0  # intelligent, FP16, 2025 China Computing Power Conference, June 2025
EFLOPS_2025_12 = 1590.0  # intelligent, MIIT press conference of 2026-01-21
CLUSTER_RACKS = 1.95e6  # ten clusters, June 2024
# Share of the country's racks by hub, CAICT, end of 2023: the hub's whole provinces, not the clusters alone.
HUB_RACK_SHARE = {"jingjinji": 0.215, "yangtze_delta": 0.245, "other_hubs": 0.255, "elsewhere": 0.285}
HOURS = 8760.0

# --- prices ---------------------------------------------------------------------------------------------------------
NATIONAL_POWER_PRICE = 0.088 * 7.12 * 1000  # China Briefing 2024, USD/kWh, at 7.12 CNY/USD -> CNY/MWh
POWER_PRICE_SOURCED = {"qingyang": 398.0, "zhongwei": 360.0}  # China Daily Brief 2026; a 2020 report [CNY/MWh]
CARBON_PRICE = 62.36  # mean price of the national market in 2025 [CNY/t]
CERTIFICATE_PRICE = 5.15  # NEA, certificates of 2025, mean price in December 2025 [CNY/MWh]
# Two building projects at Zhongwei: 40 bn CNY for 2050 MW IT; 1.16 bn CNY for 14336 standard racks [CNY/MW IT].
CAPEX_SEEN = (40e9 / 2050, 1.16e9 / (14336 * RACK_KW / 1000))

# --- chosen ---------------------------------------------------------------------------------------------------------
INTELLIGENT_PFLOPS_PER_MW = 500.0  # FP16 dense, of an eight-card server of 2.5 PFLOPS and 5 kW
GENERAL_PFLOPS_PER_MW = 16.0  # FP32, of a two-socket server of 8 TFLOPS and 0.5 kW
SUPER_PFLOPS_PER_MW = 20.0  # FP64
STOCK_UTILISATION_MAX = 0.65  # what scattered halls can be filled to; the national mean comes out at 0.62
STOCK_UTILISATION_MIN = 0.45  # about three quarters of today's load stay where their servers stand
CLUSTER_UTILISATION_MAX = 0.85
CLUSTER_UTILISATION_MIN = 0.65  # published: the hubs' approvals (replies of NDRC and others, 2021-12 to 2022-02)
CLUSTER_INTELLIGENT_SHARE = 0.40  # of the country's intelligent compute that stands in the ten clusters
CLUSTER_INTELLIGENT_MAX = 0.90  # of one cluster's racks
DISCOUNT_RATE, LIFETIME, FIXED_OPERATION = 0.06, 15, 0.02
INTELLIGENT_CAPEX_FACTOR, SUPER_CAPEX_FACTOR, EAST_CAPEX_FACTOR = 1.2, 1.3, 1.1
MODULE_SIZE = {"general": 50.0, "intelligent": 50.0, "super": 10.0}  # [MW IT]
LOCAL_MODULE_SIZE = {"general": 10.0, "intelligent": 10.0, "super": 1.0}
LOCAL_MODULES_MAX = 200
STOCK_WUE = 1.4  # [m3/MWh IT]
OPENING_COST = 20e6  # substation and trunk fibre of a first new phase [CNY/a]
PUE_SLOPE = 0.006  # rise of the stock's PUE with the yearly mean temperature [1/K]
WIND_CAPEX, SOLAR_CAPEX, GREEN_LIFETIME = 4.5e6, 3.2e6, 20  # [CNY/MW], [a]
GREEN_DELIVERY = 150.0  # network and balancing of a dedicated wind or solar plant [CNY/MWh]
CONTRACT_PREMIUM = 10.0  # a green power contract above the grid price [CNY/MWh]
SUPER_CENTRE_MW = 20.0  # one national supercomputing centre [MW IT]
SUPER_DEMAND_MW = 180.0
TRAFFIC_PRICE_BASE, TRAFFIC_PRICE_PER_KM = 0.004, 0.000006  # [CNY/GB], [CNY/GB/km]; 0 within a province
ACCESS_LATENCY = 1.0  # MIIT 2025-10: metro access below 1 ms one way by 2027

# Workloads: names, compute type, share of its demand, latency limit one way [ms], reach, Gbit/s per MW IT, key.
WORKLOADS = {
    "online_services": ("在线服务", "Online services", "general", 0.32, 10, "national", 30, "people_and_gdp"),
    "enterprise_cloud": ("企业云", "Enterprise cloud", "general", 0.28, 20, "national", 10, "gdp"),
    "government_cloud": ("政务云", "Government cloud", "general", 0.10, 10, "province", 5, "people"),
    "batch_analytics": ("批量分析", "Batch analytics", "general", 0.20, 50, "national", 6, "gdp"),
    "backup_archive": ("备份归档", "Backup and archive", "general", 0.10, 100, "national", 4, "gdp"),
    "realtime_inference": ("实时推理", "Real-time inference", "intelligent", 0.15, 5, "national", 10, "people_and_gdp"),
    "interactive_inference": ("交互推理", "Interactive inference", "intelligent", 0.35, 20, "national", 5, "gdp"),
    "model_training": ("模型训练", "Model training", "intelligent", 0.50, 50, "national", 1, "rich"),
    "scientific_computing": ("科学计算", "Scientific computing", "super", 1.0, 50, "national", 2, "rich"),
}
