package org.sparkglmm.core.math;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CompensatedSumTest {
    /** One rounding of the result, and the square of the unit roundoff times what was added. */
    private static double bound(BigDecimal exact, double absolute, int n) {
        return Math.ulp(exact.doubleValue()) + 1.3e-32 * n * n * absolute;
    }

    private static double sumOf(double... terms) {
        CompensatedSum sum = new CompensatedSum(1);
        for (double t : terms) {
            sum.add(0, t);
        }
        return sum.get(0);
    }

    @Test
    void termsThatCancelLeaveWhatTheyShould() {
        assertEquals(2, sumOf(1, 1e100, 1, -1e100));
        assertEquals(1, sumOf(1e16, 1, -1e16));
        assertEquals(1e-300, sumOf(1e300, 1e-300, -1e300), 0);
        double[] tenths = new double[100_000];
        java.util.Arrays.fill(tenths, 0.1);
        assertEquals(
                new BigDecimal(tenths[0])
                        .multiply(BigDecimal.valueOf(tenths.length))
                        .doubleValue(),
                sumOf(tenths));
    }

    @Test
    void aMillionTermsOfAllSizesHaveTheAccuracyOfTheirTerms() {
        Random random = new Random(1);
        int n = 20_000;
        for (int repetition = 0; repetition < 5; repetition++) {
            BigDecimal exact = BigDecimal.ZERO;
            double absolute = 0;
            CompensatedSum sum = new CompensatedSum(2);
            CompensatedSum[] parts = new CompensatedSum[7];
            for (int k = 0; k < parts.length; k++) {
                parts[k] = new CompensatedSum(2);
            }
            for (int i = 0; i < n; i++) {
                double term = random.nextGaussian() * Math.pow(10, 16 * random.nextDouble());
                exact = exact.add(new BigDecimal(term));
                absolute += Math.abs(term);
                sum.add(new double[] {term, -term});
                parts[i * parts.length / n].add(new double[] {term, -term});
            }
            assertEquals(exact.doubleValue(), sum.get(0), bound(exact, absolute, n));
            assertEquals(-sum.get(0), sum.get(1));
            CompensatedSum merged = new CompensatedSum(2);
            for (CompensatedSum part : parts) {
                merged.merge(part);
            }
            assertEquals(exact.doubleValue(), merged.get(0), bound(exact, absolute, n));
        }
    }

    @Test
    void mergingKeepsWhatEachPartHadLost() {
        CompensatedSum left = new CompensatedSum(1);
        left.add(0, 1e16);
        left.add(0, 1);
        CompensatedSum right = new CompensatedSum(1);
        right.add(0, -1e16);
        right.add(0, 1);
        left.merge(right);
        assertEquals(2, left.get(0));
    }

    @Test
    void infinitiesAndNaNComeThrough() {
        double infinity = Double.POSITIVE_INFINITY;
        assertEquals(infinity, sumOf(1, infinity, 2));
        assertEquals(-infinity, sumOf(1, -infinity, 2));
        assertEquals(-infinity, sumOf(-infinity, -infinity));
        assertEquals(Double.NaN, sumOf(infinity, -infinity, 3));
        assertEquals(Double.NaN, sumOf(1, Double.NaN, 2));
        assertEquals(infinity, sumOf(1e308, 1e308));
        CompensatedSum spoilt = new CompensatedSum(1);
        spoilt.add(0, Double.NaN);
        CompensatedSum good = new CompensatedSum(1);
        good.add(0, 1);
        good.merge(spoilt);
        assertEquals(Double.NaN, good.get(0));
        CompensatedSum unbounded = new CompensatedSum(1);
        unbounded.add(0, -infinity);
        unbounded.add(0, 1);
        CompensatedSum other = new CompensatedSum(1);
        other.add(0, 5);
        other.merge(unbounded);
        assertEquals(-infinity, other.get(0));
    }

    @Test
    void elementsAreApart() {
        CompensatedSum sum = new CompensatedSum(3);
        sum.add(1, 5);
        sum.add(new double[] {1, 2, 3});
        assertEquals(3, sum.length());
        assertArrayEquals(new double[] {1, 7, 3}, sum.toArray());
    }
}
