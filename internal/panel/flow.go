package panel

import (
	"fmt"
	"math"
	"slices"
	"time"

	"ims/internal/history"
	"ims/internal/money"
)

// flowChart is what came in and went out in one currency, day by day, with the geometry of its drawing.
type flowChart struct {
	currency  money.Currency
	days      []flowDay
	most      int64 // the largest sum of a day
	line      int   // how far the middle line lies from the top: both directions have one scale and share the height
	in, out   int64
	inN, outN int64
}

// flowDay is one day of a chart: what came in rises from the middle, what went out hangs from it.
type flowDay struct {
	day            string
	in, out        int64
	inN, outN      int64
	x, inY         string
	inTall, outLow string
}

// The drawing, in units of its view box.
const (
	flowWide = 720
	flowTall = 140
	flowGap  = 4 // between bars
)

// flowCharts are the charts of a customer's currencies, in their order.
func flowCharts(h history.Home) []flowChart {
	byDay := map[string]map[string]history.DayFlow{}
	for _, f := range h.Flow {
		if byDay[f.Currency] == nil {
			byDay[f.Currency] = map[string]history.DayFlow{}
		}
		byDay[f.Currency][f.Day] = f
	}
	var charts []flowChart
	for _, c := range money.Currencies() {
		if flows := byDay[c.Code()]; flows != nil {
			charts = append(charts, newFlowChart(c, daysBetween(h.FlowFrom, h.FlowTo), flows))
		}
	}
	return charts
}

func newFlowChart(c money.Currency, days []string, flows map[string]history.DayFlow) flowChart {
	chart := flowChart{currency: c}
	var mostIn, mostOut int64
	for _, day := range days {
		f := flows[day]
		chart.days = append(chart.days, flowDay{day: day, in: f.In.Amount, out: f.Out.Amount, inN: f.In.Count, outN: f.Out.Count})
		mostIn, mostOut = max(mostIn, f.In.Amount), max(mostOut, f.Out.Amount)
		chart.in, chart.out = chart.in+f.In.Amount, chart.out+f.Out.Amount
		chart.inN, chart.outN = chart.inN+f.In.Count, chart.outN+f.Out.Count
	}
	chart.most, chart.line = max(mostIn, mostOut), flowTall/2
	scale := 0.0
	if all := float64(mostIn) + float64(mostOut); all > 0 {
		scale = (flowTall - 2) / all // an edge of one unit stays at each end
		chart.line = 1 + int(math.Round(scale*float64(mostIn)))
	}
	for i := range chart.days {
		chart.draw(i, scale)
	}
	return chart
}

// draw gives a day its place; an amount that is there is seen, however small.
func (c *flowChart) draw(i int, scale float64) {
	d := &c.days[i]
	tall := func(amount int64) float64 {
		if amount <= 0 {
			return 0
		}
		return max(1, float64(amount)*scale)
	}
	in, out := tall(d.in), tall(d.out)
	d.x = units(float64(i) * c.step())
	d.inY, d.inTall, d.outLow = units(float64(c.line)-in), units(in), units(out)
}

func (c *flowChart) step() float64 { return float64(flowWide) / float64(max(1, len(c.days))) }

// wide is how wide a bar is.
func (c *flowChart) wide() string { return units(max(1, c.step()-flowGap)) }

// busy are the days on which something moved, the newest first.
func (c *flowChart) busy() []flowDay {
	list := slices.DeleteFunc(slices.Clone(c.days), func(d flowDay) bool { return d.inN+d.outN == 0 })
	slices.Reverse(list)
	return list
}

func units(n float64) string { return fmt.Sprintf("%.1f", n) }

// daysBetween are the days from one to another, both ISO dates and inclusive; none where one is no date.
func daysBetween(from, to string) (days []string) {
	first, err := time.Parse(time.DateOnly, from)
	last, bad := time.Parse(time.DateOnly, to)
	if err != nil || bad != nil {
		return nil
	}
	for ; !first.After(last); first = first.AddDate(0, 0, 1) {
		days = append(days, first.Format(time.DateOnly))
	}
	return days
}
