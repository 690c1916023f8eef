package org.sparkglmm.core.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;

/**
 * The joint Wald tests of a formula's term, as {@code car::Anova} has them for mixed models.
 *
 * <p>Type III asks whether all coefficients of the term are 0 in the model as it stands; with treatment contrasts a main effect
 * beside its interaction is then the effect at the reference level. Type II tests the term beside all others but those that
 * contain it: W(term and the terms that contain it) - W(the terms that contain it) (Fox 2016, Applied Regression Analysis, §8.2).
 *
 * @param part empty for the main predictor; else the own parameter whose predictor has the term
 * @param term its variables, joined by colons
 * @param typeTwo the test beside the terms that do not contain it
 * @param typeThree the test beside all others
 * @param without coefficients of the term that the data leave open: neither test is about them
 */
public record TermTest(String part, String term, WaldTest typeTwo, WaldTest typeThree, List<String> without) {

    /** Keeps copies. */
    public TermTest {
        without = List.copyOf(without);
    }

    /** The same with another test of type II. */
    public TermTest withTypeTwo(WaldTest other) {
        return new TermTest(part, term, other, typeThree, without);
    }

    /** Of every term of every predictor but constants. */
    public static List<TermTest> of(
            Design design, Family family, double[] parameters, ParameterCovariance covariance, StandardErrors errors) {
        ParameterLayout layout = design.layout(family);
        List<TermTest> out = new ArrayList<>(ofPart("", design.fixed(), 0, parameters, covariance, errors));
        for (int k = 0; k < layout.psiParts(); k++) {
            out.addAll(ofPart(
                    family.auxiliary().get(k).label(),
                    design.auxiliaryColumns(k),
                    layout.psiStart(k),
                    parameters,
                    covariance,
                    errors));
        }
        return out;
    }

    private static List<TermTest> ofPart(
            String part,
            List<DesignColumn> columns,
            int start,
            double[] parameters,
            ParameterCovariance covariance,
            StandardErrors errors) {
        Map<Set<String>, List<Integer>> terms = new LinkedHashMap<>();
        for (int c = 0; c < columns.size(); c++) {
            Set<String> variables = new LinkedHashSet<>();
            for (Component component : columns.get(c).components()) {
                variables.add(component.variable());
            }
            if (!variables.isEmpty()) {
                terms.computeIfAbsent(variables, v -> new ArrayList<>()).add(start + c);
            }
        }
        Set<Integer> open = Arrays.stream(covariance.openAlone()).boxed().collect(Collectors.toSet());
        List<TermTest> out = new ArrayList<>();
        terms.forEach((variables, own) -> {
            List<Integer> containing = new ArrayList<>();
            terms.forEach((other, indices) -> {
                if (other.size() > variables.size() && other.containsAll(variables)) {
                    containing.addAll(indices);
                }
            });
            WaldTest three = test(own, parameters, covariance, errors);
            WaldTest two = three;
            if (!containing.isEmpty() && own.stream().anyMatch(covariance::has)) {
                WaldTest without = containing.stream().anyMatch(covariance::has)
                        ? test(containing, parameters, covariance, errors)
                        : new WaldTest(0, 0, 1);
                List<Integer> both = new ArrayList<>(containing);
                both.addAll(own);
                WaldTest with = test(both, parameters, covariance, errors);
                double difference = Math.max(0, with.chiSquare() - without.chiSquare());
                int df = with.df() - without.df();
                two = Double.isNaN(difference)
                        ? WaldTest.UNKNOWN
                        : new WaldTest(difference, df, WaldTest.upperTail(difference, df));
            }
            List<String> without = own.stream()
                    .filter(open::contains)
                    .map(i -> columns.get(i - start).name())
                    .toList();
            out.add(new TermTest(part, String.join(":", variables), two, three, without));
        });
        return out;
    }

    private static WaldTest test(
            List<Integer> indices, double[] parameters, ParameterCovariance covariance, StandardErrors errors) {
        // What the data leave open is no part of the question.
        int[] which = indices.stream()
                .mapToInt(Integer::intValue)
                .filter(covariance::has)
                .toArray();
        if (which.length == 0) {
            return WaldTest.UNKNOWN;
        }
        double[] estimates = IntStream.of(which).mapToDouble(i -> parameters[i]).toArray();
        return WaldTest.of(estimates, covariance.block(which, errors));
    }
}
