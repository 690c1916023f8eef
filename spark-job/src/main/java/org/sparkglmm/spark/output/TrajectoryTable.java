package org.sparkglmm.spark.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.sparkglmm.core.inference.RowPredictor;
import org.sparkglmm.core.inference.TrajectoryPoint;
import org.sparkglmm.spark.data.ModelRequest;
import org.sparkglmm.spark.data.TrajectoryGrid;

/** The curves of a fitted model as files to read. */
public final class TrajectoryTable {
    private final ModelRequest request;
    private final String time;
    private final List<String> by;
    private final Map<String, String> held;
    private final List<TrajectoryGrid.Point> points;

    public TrajectoryTable(
            ModelRequest request,
            String time,
            List<String> by,
            Map<String, String> held,
            List<TrajectoryGrid.Point> points) {
        this.request = request;
        this.time = time;
        this.by = by;
        this.held = held;
        this.points = points;
    }

    /** What the curves are of: the mean, then each category. */
    List<String> quantities() {
        List<String> out = new ArrayList<>(List.of("mean"));
        if (request.family().takesCategories()) {
            out.addAll(request.levels().get(request.outcome()));
        }
        return out;
    }

    /** A page of plots. */
    public String html() {
        return new TrajectoryPage(request.formula().text(), request.group(), time, by, held, points, quantities())
                .text();
    }

    /** One line a group, a quantity and a time. */
    public String csv() {
        StringBuilder out = new StringBuilder();
        List<String> head = new ArrayList<>(by);
        head.add(time);
        head.add("quantity");
        head.addAll(List.of("typical", "typical_lower", "typical_upper", "average", "average_lower", "average_upper"));
        for (double p : RowPredictor.BETWEEN) {
            head.add(String.format(java.util.Locale.ROOT, "persons_p%02.0f", 100 * p));
        }
        head.addAll(held.keySet());
        out.append(head.stream().map(TrajectoryTable::quoted).collect(Collectors.joining(",")))
                .append('\n');
        List<String> quantities = quantities();
        for (TrajectoryGrid.Point point : points) {
            for (int i = 0; i < point.curves().length; i++) {
                List<String> line = new ArrayList<>();
                point.group().forEach(v -> line.add(quoted(v)));
                line.add(number(point.time()));
                line.add(quoted(quantities.get(i)));
                TrajectoryPoint curve = point.curves()[i];
                line.add(number(curve.typical()));
                line.add(number(curve.typicalLower()));
                line.add(number(curve.typicalUpper()));
                line.add(number(curve.average()));
                line.add(number(curve.averageLower()));
                line.add(number(curve.averageUpper()));
                for (int k = 0; k < RowPredictor.BETWEEN.length; k++) {
                    line.add(number(k < curve.between().length ? curve.between()[k] : Double.NaN));
                }
                held.values().forEach(v -> line.add(quoted(v)));
                out.append(String.join(",", line)).append('\n');
            }
        }
        return out.toString();
    }

    private static String number(double value) {
        return Double.isFinite(value) ? String.valueOf(value) : "NA";
    }

    private static String quoted(String value) {
        String text = Visible.of(value);
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
