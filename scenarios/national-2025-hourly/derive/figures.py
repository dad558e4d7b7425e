"""What `national-2025-hourly` adds to `national-2025`: all chosen here, illustrative, but for published ceilings.

Change a number and run the folder again. The weather, the shapes of demand and the hours of the tariffs are in
``planner/profiles``; everything yearly is in ``national-2025``.
"""

YEAR, SEED = 2025, 0
DAYS = 12

# --- demand -----------------------------------------------------------------------------------------------------------
SHAPE = {  # of planner/profiles/demand.py; work not named here is flat
    "online_services": "evening_peak",
    "realtime_inference": "evening_peak",
    "interactive_inference": "evening_peak",
    "enterprise_cloud": "office_day",
    "government_cloud": "office_day",
}
SWING = 0.4  # of the shape that is seen in the power of servers: an idle one draws more than half of its peak
DEFERRAL_MAX = {  # [h], less than the day, which is a period of its own
    "batch_analytics": 8,
    "backup_archive": 12,
    "model_training": 20,
    "scientific_computing": 20,
}
DEFERRABLE_SHARE = SWING  # of the load of work that waits, for the same reason: servers that stand idle draw the rest

# --- cooling: PUE = base + slope × kelvin above the temperature up to which outside air cools freely ------------------
# The base is not chosen: it makes the mean over the year that of national-2025.
PUE_SLOPE = {"cluster": 0.008, "stock": 0.010}  # [1/K]
FREE_COOLING = {"cluster": 12, "stock": 10}  # [°C]
PUE_CEILING = {  # of new build: the hubs' approvals of 2021-12 to 2022-02; Chengyu, Guizhou and Ningxia are recalled
    "zhangjiakou": 1.25,
    "yrd_demo": 1.25,
    "wuhu": 1.25,
    "shaoguan": 1.25,
    "tianfu": 1.25,
    "chongqing": 1.25,
    "guian": 1.2,
    "horinger": 1.2,
    "qingyang": 1.2,
    "zhongwei": 1.2,
}

# --- power ------------------------------------------------------------------------------------------------------------
TIME_OF_USE_PART = 0.6  # of the price: energy; network charges, funds and surcharges are the same in every hour
MIDDAY_VALLEY = ("内蒙古", "甘肃", "青海", "宁夏", "新疆")  # where noon is the cheap time
SOLAR_SHARE = {  # of the province's generation, roughly; it lowers the emission factor at noon
    **dict.fromkeys(("甘肃", "青海", "宁夏"), 0.15),
    **dict.fromkeys(
        ("内蒙古", "新疆", "陕西", "河北", "山西", "山东", "河南", "江苏", "浙江", "安徽"),
        0.10,
    ),
}
SOLAR_SHARE_ELSEWHERE = 0.05
GREEN_MAX = {"wind": 3000, "solar": 2000}  # [MW] at a cluster of the north, where the bases of wind and sun are
GREEN_MAX_ELSEWHERE = {"wind": 600, "solar": 400}  # the first 1000 MW of Qingyang, by analogy, as in national-2025
NORTH = ("zhangjiakou", "horinger", "qingyang", "zhongwei")
GREEN_COST = {"wind": 482300, "solar": 343000}  # as in national-2025 [CNY/MW/a]
GREEN_DELIVERY = 150  # as in national-2025 [CNY/MWh]

# --- storage: as in zhongwei-24-7 -------------------------------------------------------------------------------------
DISCOUNT_RATE, FIXED_OPERATION, BATTERY_LIFE = 0.06, 0.02, 15
BATTERY_ENERGY, BATTERY_POWER = 600e3, 300e3  # [CNY/MWh], [CNY/MW]: 675 CNY/kWh for four hours
BATTERY_EFFICIENCY = 0.94  # each way; 0.88 for the round
BATTERY_POWER_MAX, BATTERY_ENERGY_MAX = 1000, 4000  # [MW], [MWh]: four hours of a cluster of 1 GW


def annuity(cost: float, life: int) -> float:
    """Yearly cost of a building cost: annuity at the discount rate, and fixed operation; rounded to 100 CNY."""
    return round(cost * (DISCOUNT_RATE / (1 - (1 + DISCOUNT_RATE) ** -life) + FIXED_OPERATION), -2)
