// The parts of Apache ECharts that the report uses; README.md says how echarts.js is made of them.
export { init, registerMap } from "echarts/core";
import { use } from "echarts/core";
import { LineChart, LinesChart, ScatterChart } from "echarts/charts";
import { GeoComponent, GridComponent, MarkLineComponent } from "echarts/components";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
use([LineChart, LinesChart, ScatterChart, GeoComponent, GridComponent, MarkLineComponent, LabelLayout, SVGRenderer]);
