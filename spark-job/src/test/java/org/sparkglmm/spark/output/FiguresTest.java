package org.sparkglmm.spark.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a reader sees of a number, where ticks stand, and what the page makes of odd characters. */
class FiguresTest {
    @Test
    void numbersHaveTheDigitsThatMeanSomething() {
        assertEquals("−1.618", Figures.fixed(-1.61828, 3));
        assertEquals("0.000", Figures.fixed(0.0, 3));
        assertEquals("−1.20 × 10⁻⁵", Figures.fixed(-1.2e-5, 3));
        assertEquals("1.00 × 10¹²", Figures.fixed(1e12, 2));
        assertEquals("4.007", Figures.significant(4.00658, 4));
        assertEquals("1908", Figures.significant(1908, 2));
        assertEquals(4, Figures.commonDecimals(0.434, 0.0444));
        assertEquals("12,345", Figures.count(12345));
        assertEquals("< 0.0001", Figures.probability(1e-20));
        assertEquals("0.0443", Figures.probability(0.04430));
    }

    @Test
    void ratiosAreAsExactAsTheirIntervals() {
        assertEquals("0.676", Figures.ratio(0.67638, 0.62003, 0.73785));
        assertEquals("0.763 to 0.997", Figures.ratioInterval(0.76331, 0.99652));
        assertEquals("6.6 to 68.5", Figures.ratioInterval(6.61, 68.52));
        assertEquals("0.000096 to 10.2", Figures.ratioInterval(9.58e-5, 10.199));
        assertEquals("1.0034", Figures.ratio(1.00343, 1.0011, 1.0058));
    }

    @Test
    void whatDoesNotExistIsADash() {
        assertEquals("–", Figures.fixed(Double.NaN, 3));
        assertEquals("–", Figures.significant(Double.NaN, 3));
        assertEquals("–", Figures.ratio(Double.NaN, Double.NaN, Double.NaN));
        assertEquals("–", Figures.interval(Double.NaN, Double.NaN, 2));
        assertEquals("– to 1.00", Figures.interval(Double.NaN, 1, 2));
        assertEquals("–", Figures.probability(Double.NaN));
        assertEquals("–", Figures.count(Double.NaN));
        assertEquals("–", Figures.percent(Double.NaN));
    }

    private static List<String> ticks(Axis axis) {
        return axis.ticks().stream().map(Axis.Tick::text).toList();
    }

    @Test
    void ticksStandAtRoundNumbers() {
        assertEquals(List.of("−2", "0", "2"), ticks(Axis.of("", -2.4, 2.5)));
        assertEquals(
                List.of("0.96", "0.98", "1.00", "1.02"), ticks(Axis.ofLogarithms("", Math.log(0.95), Math.log(1.03))));
        assertEquals(List.of("0.2", "0.5", "1", "2", "5"), ticks(Axis.ofLogarithms("", Math.log(0.15), Math.log(6))));
        assertEquals(List.of("0.01", "1", "100", "10000"), ticks(Axis.ofLogarithms("", Math.log(5e-4), Math.log(5e3))));
    }

    @Test
    void farPowersOfTenAreWrittenAsSuch() {
        assertEquals("10⁻²⁰", Figures.leading(1, -20));
        assertEquals("5 × 10⁷", Figures.leading(5, 7));
        assertEquals("0.05", Figures.leading(5, -2));
    }

    @Test
    void anAxisOfOneValueOrNoneIsAnAxisStill() {
        Axis one = Axis.of("", 7, Double.NaN);
        assertEquals(0.5, one.share(7), 1e-12);
        assertEquals(0.5, Axis.of("", Double.NaN).share(0.5), 1e-12);
        for (double far : new double[] {1e17, -1e18, 1.7e18, 1e300}) {
            Axis axis = Axis.of("", far, far);
            assertEquals(0.5, axis.share(far), 1e-6);
            assertTrue(axis.ticks().size() < 20, "ticks at " + far);
            assertTrue(axis.ticks().stream().allMatch(t -> t.text().length() < 400), "labels at " + far);
        }
    }

    @Test
    void markupIsEscapedAndClosed() {
        assertEquals(
                "<b t=\"&quot;&lt;\">a &amp; b \\u0001</b>",
                new Markup().leaf("b", "a & b \u0001", "t", "\"<").toString());
        Markup open = new Markup().open("p");
        assertThrows(IllegalStateException.class, open::toString);
    }
}
