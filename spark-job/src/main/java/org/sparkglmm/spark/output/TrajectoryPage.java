package org.sparkglmm.spark.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.sparkglmm.core.inference.TrajectoryPoint;
import org.sparkglmm.spark.data.TrajectoryGrid;

/** The curves of a fitted model as a page of small plots, one a group, with the same axes. */
final class TrajectoryPage {
    private static final double WIDTH = 430;
    private static final double HEIGHT = 290;
    /** More than fit a page say nothing; the table has them all. */
    private static final int MOST_PLOTS = 24;

    private final String formula;
    private final String group;
    private final String time;
    private final List<String> by;
    private final Map<String, String> held;
    private final List<TrajectoryGrid.Point> points;
    private final List<String> quantities;
    private final Markup page = new Markup();
    private int plots;

    TrajectoryPage(
            String formula,
            String group,
            String time,
            List<String> by,
            Map<String, String> held,
            List<TrajectoryGrid.Point> points,
            List<String> quantities) {
        this.formula = formula;
        this.group = group;
        this.time = time;
        this.by = by;
        this.held = held;
        this.points = points;
        this.quantities = quantities;
    }

    String text() {
        Page.begin(page, "Curves over " + time);
        page.leaf("p", "Curves over " + time, "class", "kind");
        page.open("h1").leaf("code", Visible.formula(formula)).close();
        page.open("p", "class", "legend");
        page.leaf("span", "━ ", "class", "first", "aria-hidden", "true");
        page.text("population average, with its 95% interval ");
        page.leaf("span", "╍ ", "class", "second", "aria-hidden", "true");
        page.text("typical " + group + " (random effects of 0)").close();
        page.leaf(
                "p",
                "The grey areas hold the middle 50% and 90% of all " + group + " with such covariates."
                        + (held.isEmpty()
                                ? ""
                                : " Other covariates are held at "
                                        + held.entrySet().stream()
                                                .map(e -> e.getKey() + " = " + e.getValue())
                                                .collect(Collectors.joining(", "))
                                        + "."),
                "class",
                "note");
        List<List<String>> groups =
                points.stream().map(TrajectoryGrid.Point::group).distinct().toList();
        for (int i = 0; i < quantities.size() && plots < MOST_PLOTS; i++) {
            quantity(i, groups);
        }
        if (plots < groups.size() * quantities.size()) {
            page.leaf("p", "Not all curves are drawn here; the table trajectories.csv has them all.", "class", "note");
        }
        return page.close().close().close().toString();
    }

    private void quantity(int i, List<List<String>> groups) {
        String name = i == 0 ? "Mean of the outcome" : "Probability of " + quantities.get(i);
        page.open("section").leaf("h2", name).open("div", "class", "plots");
        Axis x = Axis.of(
                time, points.stream().mapToDouble(TrajectoryGrid.Point::time).toArray());
        double[] all = points.stream()
                .map(p -> p.curves()[i])
                .flatMapToDouble(c -> DoubleStream.concat(
                        DoubleStream.of(c.typical(), c.average(), c.averageLower(), c.averageUpper()),
                        DoubleStream.of(c.between())))
                .filter(Double::isFinite)
                .toArray();
        Axis y = Axis.of(name, all);
        for (List<String> some : groups) {
            if (plots++ >= MOST_PLOTS) {
                break;
            }
            plot(i, some, name, x, y);
        }
        page.close().close();
    }

    private void plot(int i, List<String> some, String name, Axis x, Axis y) {
        List<TrajectoryGrid.Point> own =
                points.stream().filter(p -> p.group().equals(some)).toList();
        double[] times = own.stream().mapToDouble(TrajectoryGrid.Point::time).toArray();
        List<TrajectoryPoint> curves = own.stream().map(p -> p.curves()[i]).toList();
        List<String> words = new ArrayList<>();
        for (int k = 0; k < by.size(); k++) {
            words.add(by.get(k) + " " + some.get(k));
        }
        String title = words.isEmpty() ? name : String.join(", ", words);
        String description = own.stream()
                .map(p -> time + " " + Figures.significant(p.time(), 3) + ": average "
                        + Figures.significant(p.curves()[i].average(), 3) + ", typical "
                        + Figures.significant(p.curves()[i].typical(), 3))
                .collect(Collectors.joining("; "));
        SvgPlot plot = new SvgPlot("curve" + plots, title, description, x, y, WIDTH, HEIGHT);
        if (curves.get(0).between().length > 0) {
            plot.band("band", times, of(curves, c -> c.between()[0]), of(curves, c -> c.between()[3]));
            plot.band("band", times, of(curves, c -> c.between()[1]), of(curves, c -> c.between()[2]));
        }
        plot.band(
                "band first",
                times,
                of(curves, TrajectoryPoint::averageLower),
                of(curves, TrajectoryPoint::averageUpper));
        plot.path("curve second", times, of(curves, TrajectoryPoint::typical));
        plot.path("curve first", times, of(curves, TrajectoryPoint::average));
        page.open("figure").leaf("h3", title).raw(plot.markup()).close();
    }

    private static double[] of(List<TrajectoryPoint> curves, ToDoubleFunction<TrajectoryPoint> value) {
        return curves.stream().mapToDouble(value).toArray();
    }
}
