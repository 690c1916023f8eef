package org.sparkglmm.core.design;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.OutcomeSummary;

/** Against the textbook's two sums in 34 digits. */
class DataMomentsTest {
    private static final double SAME_FORMULA = 1e-13;
    /** A mean of 1e6 is known to 1e-10, a ten-millionth of a millionth of the standard deviation of 30. */
    private static final double CENTRED = 1e-11;

    private static final MathContext DIGITS = MathContext.DECIMAL128;

    private static Rows rows(boolean yearLike) {
        Random random = new Random(1);
        Rows rows = new Rows(RandomBlocks.design(3, 2, true));
        for (int i = 0; i < 2000; i++) {
            double x1 = yearLike ? 2015 + random.nextInt(10) : random.nextGaussian();
            double x2 = yearLike ? 1e6 + random.nextInt(100) : random.nextGaussian() - 0.5;
            rows.add(
                    (long) random.nextInt(700), random.nextInt(6), 6, random.nextInt(4), random.nextGaussian(), x1, x2);
        }
        return rows;
    }

    private interface Value {
        double of(double[] raw);
    }

    /** Σ w a, or Σ w (a - ā)(b - b̄). */
    private static BigDecimal sum(Rows rows, Value a, Value b) {
        BigDecimal w = BigDecimal.ZERO;
        BigDecimal sa = BigDecimal.ZERO;
        BigDecimal sb = BigDecimal.ZERO;
        BigDecimal sab = BigDecimal.ZERO;
        for (int i = 0; i < rows.count(); i++) {
            double[] r = rows.row(i);
            BigDecimal weight = new BigDecimal(r[2]);
            BigDecimal va = new BigDecimal(a.of(r));
            BigDecimal vb = new BigDecimal(b.of(r));
            w = w.add(weight);
            sa = sa.add(weight.multiply(va));
            sb = sb.add(weight.multiply(vb));
            sab = sab.add(weight.multiply(va).multiply(vb));
        }
        return sab.subtract(sa.multiply(sb).divide(w, new MathContext(60)));
    }

    private static double mean(Rows rows, Value a) {
        BigDecimal w = BigDecimal.ZERO;
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < rows.count(); i++) {
            BigDecimal weight = new BigDecimal(rows.row(i)[2]);
            w = w.add(weight);
            sum = sum.add(weight.multiply(new BigDecimal(a.of(rows.row(i)))));
        }
        return sum.divide(w, DIGITS).doubleValue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 50, 400})
    void momentsOfManyBlocksAreThoseOfTheTextbook(int blocks) {
        check(rows(false), blocks);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 50, 400})
    void aYearKeepsTheAccuracyOfItsSmallVariance(int blocks) {
        check(rows(true), blocks);
    }

    private static void check(Rows rows, int blocks) {
        Family binomial = Families.named("binomial");
        DataMoments moments = DataMoments.of(rows.data(binomial, blocks, 1), binomial, rows.design());
        Value[] columns = {r -> 1, r -> r[4], r -> r[5], r -> r[0] / r[1]};
        for (int c = 0; c < 3; c++) {
            double expected = mean(rows, columns[c]);
            assertEquals(expected, moments.fixed().mean(c), SAME_FORMULA * Math.max(1, Math.abs(expected)));
        }
        for (int c = 0; c < 3; c++) {
            for (int d = 0; d <= c; d++) {
                double expected = sum(rows, columns[c], columns[d]).doubleValue();
                double scale = Math.sqrt(sum(rows, columns[c], columns[c]).doubleValue()
                        * sum(rows, columns[d], columns[d]).doubleValue());
                assertEquals(expected, moments.fixed().scatter(c, d), CENTRED * scale + 1e-20);
                assertEquals(moments.fixed().scatter(c, d), moments.fixed().scatter(d, c));
            }
        }
        double weight = 0;
        double squares = 0;
        double successes = 0;
        for (int i = 0; i < rows.count(); i++) {
            double[] r = rows.row(i);
            weight += r[2];
            squares += r[2] * r[4] * r[4];
            successes += r[2] * r[0];
        }
        assertEquals(weight, moments.weight());
        assertEquals(Math.sqrt(squares / weight), moments.zRootMeanSquare(1), 1e-12 * moments.zRootMeanSquare(1));
        assertEquals(mean(rows, columns[1]), moments.zMean(1), 1e-12 * moments.zRootMeanSquare(1));
        assertEquals(1, moments.zMean(0));
        assertEquals(1, moments.zRootMeanSquare(0));
        assertEquals(successes / (6 * weight), moments.outcome(binomial).mean(), SAME_FORMULA);
        assertEquals(
                sum(rows, columns[3], columns[3]).doubleValue() / weight,
                moments.outcome(binomial).variance(),
                1e-12);
        // A row of weight 0 is no row.
        assertEquals(
                IntStream.range(0, rows.count()).filter(i -> rows.row(i)[2] > 0).count(), moments.rows());
        assertEquals(0, moments.unsupported());
        assertEquals(0, moments.badWeights());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 50})
    void columnsOfThePredictorsOfPsiHaveMomentsOfTheirOwn(int blocks) {
        Family family = Families.named("nbinom2").withZeroInflation();
        Rows plain = rows(true);
        DesignColumn x1 = plain.design().fixed().get(1);
        DesignColumn x2 = plain.design().fixed().get(2);
        Rows rows = new Rows(plain.design()
                .withColumns(
                        plain.design().fixed(),
                        List.of(List.of(x2, DesignColumn.intercept(), x1), List.of(DesignColumn.intercept()))));
        for (int i = 0; i < plain.count(); i++) {
            rows.add(plain.id(i), plain.row(i));
        }
        DataMoments moments = DataMoments.of(rows.data(family, blocks, 1), family, rows.design());
        ColumnMoments own = moments.auxiliary(0);
        assertEquals(moments.weight(), own.weight());
        int[] inFixed = {2, 0, 1};
        for (int c = 0; c < 3; c++) {
            assertEquals(moments.fixed().mean(inFixed[c]), own.mean(c));
            for (int d = 0; d < 3; d++) {
                double scale = Math.sqrt(own.scatter(c, c) * own.scatter(d, d));
                assertEquals(moments.fixed().scatter(inFixed[c], inFixed[d]), own.scatter(c, d), CENTRED * scale);
                double raw = own.scatter(c, d) + own.weight() * own.mean(c) * own.mean(d);
                assertEquals(raw, own.rawScatter(c, d), SAME_FORMULA * Math.abs(raw));
            }
        }
        assertNull(moments.auxiliary(1), "an intercept alone is a constant");
        assertNull(moments.auxiliary(7), "nor has a parameter beyond the design columns");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void zerosAndCategoriesAreWeighed(int blocks) {
        Rows rows = rows(false);
        double[] weights = new double[6];
        double total = 0;
        for (int i = 0; i < rows.count(); i++) {
            weights[(int) rows.row(i)[0]] += rows.row(i)[2];
            total += rows.row(i)[2];
        }
        Family ordinal = Families.named("ordinal").withCategories(List.of("a", "b", "c", "d", "e", "f"));
        OutcomeSummary summary = DataMoments.of(rows.data(ordinal, blocks, 1), ordinal, rows.design())
                .outcome(ordinal);
        assertArrayEquals(weights, summary.categories());
        assertEquals(weights[0] / total, summary.zeros(), SAME_FORMULA);
        assertEquals(total, summary.weight());
        Family counts = Families.named("poisson");
        assertEquals(
                0,
                DataMoments.of(rows.data(counts, blocks, 1), counts, rows.design())
                        .outcome(counts)
                        .categories()
                        .length);
        Family trials = Families.named("betabinomial");
        OutcomeSummary ofTrials = DataMoments.of(rows.data(trials, blocks, 1), trials, rows.design())
                .outcome(trials);
        assertEquals(summary.mean() / 6, ofTrials.mean(), SAME_FORMULA);
        assertEquals(summary.variance() / 36, ofTrials.variance(), SAME_FORMULA);
    }

    @Test
    void clustersAndSingletonsAreCounted() {
        Rows rows = new Rows(RandomBlocks.design(2, 1, true));
        for (long id = 0; id < 10; id++) {
            for (int j = 0; j <= id % 3; j++) {
                rows.add(id, 1, 1, 1, 0, j);
            }
        }
        DataMoments moments =
                DataMoments.of(rows.data(Families.named("poisson"), 3, 1), Families.named("poisson"), rows.design());
        assertEquals(10, moments.clusters());
        assertEquals(4, moments.singletons());
        assertEquals(3, moments.widest());
        assertEquals(19, moments.rows());
    }

    @Test
    void impossibleOutcomesAndWeightsAreCountedAndLeftOut() {
        Rows rows = new Rows(RandomBlocks.design(2, 1, true))
                .add(1L, 1, 1, 1, 0, 0)
                .add(1L, 3, 1, 1, 0, 0)
                .add(2L, -1, 1, 1, 0, 0)
                .add(3L, Double.NaN, 1, 1, 0, 0)
                .add(4L, 1.5, 1, 1, 0, 0)
                .add(5L, 100, 1, -1, 0, 0)
                .add(6L, 100, 1, Double.NaN, 0, 0)
                .add(7L, 100, 1, Double.POSITIVE_INFINITY, 0, 0)
                .add(8L, 100, 1, 0, 0, 0);
        for (int blocks : new int[] {1, 9}) {
            DataMoments moments = DataMoments.of(
                    rows.data(Families.named("poisson"), blocks, 1), Families.named("poisson"), rows.design());
            assertEquals(3, moments.unsupported());
            assertEquals(3, moments.badWeights());
            assertEquals(2, moments.weight());
            assertEquals(2, moments.outcome(Families.named("poisson")).mean(), 1e-15);
            assertEquals(1, moments.outcome(Families.named("poisson")).variance(), 1e-15);
        }
    }

    @Test
    void theFingerprintIsOfTheRowsAndNotOfTheirOrder() {
        Family poisson = Families.named("poisson");
        Rows rows = new Rows(RandomBlocks.design(2, 1, true));
        for (long id = 0; id < 40; id++) {
            for (int j = 0; j < 3; j++) {
                rows.add(id, (id * 7 + j) % 5, 1, 1 + j, 0, id - 2.5 * j);
            }
        }
        long print =
                DataMoments.of(rows.data(poisson, 3, 1), poisson, rows.design()).fingerprint();
        assertEquals(
                print,
                DataMoments.of(rows.shuffled(4).data(poisson, 7, 2), poisson, rows.design())
                        .fingerprint());
        // A covariate more or less, and the order of rows within a person, are the model's business.
        for (int changed = 0; changed < 3; changed++) {
            Rows other = new Rows(rows.design());
            for (int i = 0; i < rows.count(); i++) {
                double[] row = rows.row(i).clone();
                row[0] += i == 17 && changed == 0 ? 1 : 0;
                row[2] += i == 17 && changed == 1 ? 1 : 0;
                other.add(i == 17 && changed == 2 ? Long.valueOf(1) : rows.id(i), row);
            }
            long otherPrint = DataMoments.of(other.data(poisson, 3, 1), poisson, other.design())
                    .fingerprint();
            assertNotEquals(print, otherPrint);
        }
    }
}
