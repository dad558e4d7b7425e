"""The numbers of one cluster: what is published or taken from ``national-2025``, and what is chosen here.

Change a number and run the folder again. The weather is made by `planner/profiles`, from the climate that stands there.
"""

YEAR, SEED = 2025, 0
DIGITS = 3  # of availability and of profiles; temperature and prices have one

SITE, REGION = "zhongwei", "east"
SITE_ROW = {
    "name_zh": "中卫集群",
    "name_en": "Zhongwei",
    "side": "west",
    "province": "宁夏",
    "longitude": 105.1737,
    "latitude": 37.5169,
}
REGION_ROW = {  # demand comes from afar; Beijing stands for it
    "name_zh": "东部用户",
    "name_en": "Customers in the east",
    "side": "east",
    "province": "北京",
    "longitude": 116.41,
    "latitude": 39.9,
}
SIDES = {"east": ("东部", "East"), "west": ("西部", "West")}

# --- compute: IT capacity [MW]; workloads: names, compute type, mean demand [MW IT], latency limit one way [ms],
# shape of planner/profiles/demand.py, longest wait [h] ("" for none) -------------------------------------------------
COMPUTE_TYPES = {
    "general": ("通用算力", "General computing", 260),
    "intelligent": ("智能算力", "Intelligent computing", 500),
}
WORKLOADS = {
    "online_services": ("在线服务", "Online services", "general", 60, 20, "evening_peak", ""),
    "batch_analytics": ("批量分析", "Batch analytics", "general", 80, 50, "flat", 8),
    "interactive_inference": ("交互推理", "Interactive inference", "intelligent", 110, 20, "evening_peak", ""),
    "model_training": ("模型训练", "Model training", "intelligent", 200, 50, "flat", 24),
}
UTILISATION_MAX = 0.85  # as in national-2025
DEFERRABLE_SHARE = 0.4  # of the load of work that waits; the rest stays, as in the swing of national-2025-hourly

# --- power -----------------------------------------------------------------------------------------------------------
POWER_PRICE = 360.0  # as in national-2025: a report of 2020, the mean over the day [CNY/MWh]
EMISSION_FACTOR = 0.6423  # Ningxia, MEE 2022 [tCO2/MWh]
CERTIFICATE_PRICE = 5.15  # as in national-2025 [CNY/MWh]
PUE_BASE, PUE_SLOPE, FREE_COOLING = 1.13, 0.008, 12  # mean over the year 1.16, the design value of national-2025
DISCOUNT_RATE, FIXED_OPERATION = 0.06, 0.02
GREEN = {  # names, most new capacity [MW], building cost [CNY/MW], life [a]; the costs of national-2025
    "wind": ("风电", "Wind", 10000, 4.5e6, 20),
    "solar": ("光伏", "Solar", 10000, 3.2e6, 20),
}
GREEN_POWER_PRICE = 50  # line and balancing of plants joined to the site itself [CNY/MWh]
EXCESS_PRICE = 100  # of what is sold when the site cannot use it [CNY/MWh]
BATTERY_ENERGY, BATTERY_POWER, BATTERY_LIFE = 600e3, 300e3, 15  # [CNY/MWh], [CNY/MW], [a]: 675 CNY/kWh for four hours
BATTERY_EFFICIENCY = 0.94  # each way; 0.88 for the round
BATTERY_ENERGY_MAX, BATTERY_POWER_MAX = 60000, 6000


def annuity(cost: float, life: int) -> float:
    """Yearly cost of a building cost: annuity at the discount rate, and fixed operation; rounded to 100 CNY."""
    return round(cost * (DISCOUNT_RATE / (1 - (1 + DISCOUNT_RATE) ** -life) + FIXED_OPERATION), -2)
