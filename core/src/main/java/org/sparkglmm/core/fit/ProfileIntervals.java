package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.core.inference.RandomEffect;

/**
 * 95% profile-likelihood intervals. An end is NaN where it was not found or is not looked for, infinite where the
 * likelihood stays too high however far one goes (a separated group). An SD's lower end of 0, or a correlation's end of ±1,
 * is exactly that if the profile does not fall to the level before the edge.
 *
 * @param lower lower ends, in the layout's order: of β and ψ; NaN for θ
 * @param upper upper ends
 * @param sdLower lower ends of the standard deviations, by random effect
 * @param sdUpper upper ends
 * @param corrLower lower ends of the correlations, symmetric, 1 on the diagonal; NaN but for the first two effects of a term
 * @param corrUpper upper ends
 * @param missing ends that were looked for and not found
 * @param passes over the data
 * @param points parameter vectors evaluated in them
 * @param highest log-likelihood seen; clearly above the fit's if that is not the maximum
 */
public record ProfileIntervals(
        double[] lower,
        double[] upper,
        double[] sdLower,
        double[] sdUpper,
        double[][] corrLower,
        double[][] corrUpper,
        int missing,
        int passes,
        int points,
        double highest) {

    /** A coefficient table with these intervals, whose first row is that parameter. */
    List<FixedEffect> of(List<FixedEffect> wald, int from) {
        return IntStream.range(0, wald.size())
                .mapToObj(i -> wald.get(i).within(lower[from + i], upper[from + i]))
                .toList();
    }

    /** Random terms with these intervals. */
    List<RandomEffect> of(List<RandomEffect> wald) {
        List<RandomEffect> out = new ArrayList<>();
        int start = 0;
        for (RandomEffect term : wald) {
            int end = start + term.terms().size();
            out.add(term.within(
                    Arrays.copyOfRange(sdLower, start, end),
                    Arrays.copyOfRange(sdUpper, start, end),
                    block(corrLower, start, end),
                    block(corrUpper, start, end)));
            start = end;
        }
        return out;
    }

    private static double[][] block(double[][] matrix, int start, int end) {
        return Arrays.stream(matrix, start, end)
                .map(row -> Arrays.copyOfRange(row, start, end))
                .toArray(double[][]::new);
    }
}
