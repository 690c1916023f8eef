package org.sparkglmm.spark.output;

import java.util.Locale;

/**
 * A static plot as SVG to stand in a page: a frame of two axes and marks in it. Colours come from the page's style by the marks'
 * classes. What lies outside of the axes is cut, and intervals that are get an arrow there.
 */
final class SvgPlot {
    private static final double TEXT = 12;
    /** A letter's width in parts of its height, on average. */
    private static final double LETTER = 0.56;

    private static final int LONGEST_NAME = 34;
    private static final double TOP = 10;
    private static final double RIGHT = 16;
    private static final double TICK = 4;

    private final Axis x;
    private final Axis y;
    private final double left;
    private final double width;
    private final double height;
    private final double bottom;
    private final Markup svg = new Markup();

    /**
     * @param id of the plot in its page
     * @param title what it is
     * @param description what it shows, for those who cannot see it
     */
    SvgPlot(String id, String title, String description, Axis x, Axis y, double width, double height) {
        this.x = x;
        this.y = y;
        this.width = width;
        this.height = height;
        int letters = 1;
        for (Axis.Tick tick : y.ticks()) {
            letters = Math.max(letters, shortened(tick.text()).length());
        }
        left = letters * LETTER * TEXT + 2 * TICK + 6 + (y.label().isEmpty() ? 0 : 1.5 * TEXT);
        bottom = height - 3.4 * TEXT;
        svg.open(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "class",
                "plot",
                "viewBox",
                "0 0 " + at(width) + " " + at(height),
                "role",
                "img",
                "aria-labelledby",
                id + "-title " + id + "-text");
        svg.leaf("title", title, "id", id + "-title");
        svg.leaf("desc", description, "id", id + "-text");
        axes();
    }

    private void axes() {
        for (Axis.Tick tick : x.ticks()) {
            double px = px(tick.at());
            lineTo("grid", px, TOP, px, bottom);
            label("tick", px, bottom + TICK + TEXT, "middle", tick.text());
        }
        boolean names = y.label().isEmpty();
        for (Axis.Tick tick : y.ticks()) {
            double py = py(tick.at());
            if (!names) {
                lineTo("grid", left, py, width - RIGHT, py);
            }
            label(names ? "name" : "tick", left - 2 * TICK, py + 0.35 * TEXT, "end", shortened(tick.text()));
        }
        lineTo("axis", left, bottom, width - RIGHT, bottom);
        label("label", (left + width - RIGHT) / 2, height - 0.5 * TEXT, "middle", x.label());
        if (!names) {
            double middle = (TOP + bottom) / 2;
            svg.leaf(
                    "text",
                    y.label(),
                    "class",
                    "label",
                    "text-anchor",
                    "middle",
                    "transform",
                    "translate(" + at(TEXT) + " " + at(middle) + ") rotate(-90)");
        }
    }

    /** A straight line through the whole plot from one end of x to the other. */
    SvgPlot line(String style, double x1, double y1, double x2, double y2) {
        lineTo(style, px(x1), py(y1), px(x2), py(y2));
        return this;
    }

    /** The points joined. */
    SvgPlot path(String style, double[] xs, double[] ys) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < xs.length; i++) {
            if (x.holds(xs[i]) && y.holds(ys[i])) {
                points.append(points.isEmpty() ? "" : " ")
                        .append(at(px(xs[i])))
                        .append(',')
                        .append(at(py(ys[i])));
            }
        }
        svg.empty("polyline", "class", style, "points", points.toString());
        return this;
    }

    /** The area between two curves; what lies outside of the axes is cut. */
    SvgPlot band(String style, double[] xs, double[] lows, double[] highs) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < 2 * xs.length; i++) {
            int k = i < xs.length ? i : 2 * xs.length - 1 - i;
            double value = i < xs.length ? lows[k] : highs[k];
            if (x.holds(xs[k]) && !Double.isNaN(value)) {
                points.append(points.isEmpty() ? "" : " ")
                        .append(at(px(xs[k])))
                        .append(',')
                        .append(at(py(Math.max(y.low(), Math.min(y.high(), value)))));
            }
        }
        svg.empty("polygon", "class", style, "points", points.toString());
        return this;
    }

    /** A dot; none where a value is missing. */
    SvgPlot point(String style, double atX, double atY) {
        if (x.holds(atX) && y.holds(atY)) {
            svg.empty("circle", "class", style, "cx", at(px(atX)), "cy", at(py(atY)), "r", "3.5");
        }
        return this;
    }

    /** A square, for a second kind of points. */
    SvgPlot square(String style, double atX, double atY) {
        if (x.holds(atX) && y.holds(atY)) {
            svg.empty("rect", "class", style, "x", at(px(atX) - 3), "y", at(py(atY) - 3), "width", "6", "height", "6");
        }
        return this;
    }

    /** A bar from low to high above a value of x. */
    SvgPlot upright(String style, double atX, double low, double high) {
        if (x.holds(atX) && low <= high) {
            lineTo(style, px(atX), py(Math.max(low, y.low())), px(atX), py(Math.min(high, y.high())));
        }
        return this;
    }

    /** A bar from low to high, so many pixels below a value of y. */
    SvgPlot level(String style, double atY, double low, double high) {
        if (!(low <= high) || high < x.low() || low > x.high()) {
            return this;
        }
        double from = px(Math.max(low, x.low()));
        double to = px(Math.min(high, x.high()));
        double py = py(atY);
        lineTo(style, from, py, to, py);
        if (low < x.low()) {
            arrow(style, from, py, 1);
        }
        if (high > x.high()) {
            arrow(style, to, py, -1);
        }
        return this;
    }

    private void arrow(String style, double tip, double py, int inward) {
        double back = tip + inward * 6;
        svg.empty(
                "polyline",
                "class",
                style,
                "points",
                at(back) + "," + at(py - 4) + " " + at(tip) + "," + at(py) + " " + at(back) + "," + at(py + 4));
    }

    private void lineTo(String style, double x1, double y1, double x2, double y2) {
        svg.empty("line", "class", style, "x1", at(x1), "y1", at(y1), "x2", at(x2), "y2", at(y2));
    }

    private void label(String style, double atX, double atY, String anchor, String text) {
        svg.leaf("text", text, "class", style, "x", at(atX), "y", at(atY), "text-anchor", anchor);
    }

    private static String shortened(String name) {
        int letters = name.codePointCount(0, name.length());
        return letters <= LONGEST_NAME ? name : name.substring(0, name.offsetByCodePoints(0, LONGEST_NAME - 1)) + "…";
    }

    private double px(double value) {
        return left + x.share(value) * (width - RIGHT - left);
    }

    private double py(double value) {
        return bottom - y.share(value) * (bottom - TOP);
    }

    private static String at(double pixel) {
        return String.format(Locale.ROOT, "%.1f", pixel);
    }

    /** The plot's markup; nothing can be added after. */
    String markup() {
        return svg.close().toString();
    }
}
