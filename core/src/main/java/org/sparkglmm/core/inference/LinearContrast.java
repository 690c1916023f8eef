package org.sparkglmm.core.inference;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.sparkglmm.core.Suggestions;
import org.sparkglmm.core.UsageException;

/**
 * A linear combination of coefficients, as {@code multcomp::glht} takes them: {@code time + sexM:time}, {@code 2*time - sexM =
 * 0.5}. A name with odd characters may stand in backticks, and may stand without them.
 *
 * @param text as written
 * @param weights one of each parameter
 * @param constant what the combination is compared with
 */
public record LinearContrast(String text, double[] weights, double constant) {

    /**
     * Reads a contrast.
     *
     * @param names of all parameters that may stand in it, in their order; empty for those that may not
     * @throws UsageException with the position, if it cannot be read
     */
    public static LinearContrast parse(String text, List<String> names) {
        return new Reader(text, names).read();
    }

    /**
     * The same of other parameters.
     *
     * @param map J, those it is written in = J · the others
     */
    public LinearContrast about(double[][] map) {
        double[] out = new double[map.length];
        for (int i = 0; i < map.length; i++) {
            for (int j = 0; weights[i] != 0 && j < out.length; j++) {
                out[j] += weights[i] * map[i][j];
            }
        }
        return new LinearContrast(text, out, constant);
    }

    /** Its row in a coefficient table: estimate less the constant's part, z and p of their difference. */
    public FixedEffect estimate(double[] parameters, ParameterCovariance covariance, StandardErrors errors) {
        double value = 0;
        boolean known = true;
        for (int i = 0; i < weights.length; i++) {
            value += weights[i] * parameters[i];
            known &= weights[i] == 0 || covariance.has(i);
        }
        double se = known ? covariance.deltaError(weights, StandardErrors.MODEL) : Double.NaN;
        double robust = known ? covariance.deltaError(weights, StandardErrors.ROBUST) : Double.NaN;
        FixedEffect plain = FixedEffect.table(
                        List.of(text), new double[] {value}, new double[] {se}, new double[] {robust}, errors)
                .get(0);
        if (constant == 0) {
            return plain;
        }
        FixedEffect test = FixedEffect.table(
                        List.of(text),
                        new double[] {value - constant},
                        new double[] {se},
                        new double[] {robust},
                        errors)
                .get(0);
        return new FixedEffect(text, value, se, robust, test.z(), test.p(), plain.lower(), plain.upper());
    }

    /** That all of them hold. */
    public static WaldTest joint(
            List<LinearContrast> contrasts,
            double[] parameters,
            ParameterCovariance covariance,
            StandardErrors errors) {
        int m = contrasts.size();
        double[] estimates = new double[m];
        double[][] matrix = new double[m][m];
        for (int i = 0; i < m; i++) {
            double[] w = contrasts.get(i).weights;
            estimates[i] = -contrasts.get(i).constant;
            for (int k = 0; k < w.length; k++) {
                estimates[i] += w[k] * parameters[k];
                if (w[k] != 0 && !covariance.has(k)) {
                    return WaldTest.UNKNOWN;
                }
            }
            for (int j = 0; j < m; j++) {
                matrix[i][j] = covariance.deltaCovariance(w, contrasts.get(j).weights, errors);
            }
        }
        return WaldTest.of(estimates, matrix);
    }

    private static final class Reader {
        private final String text;
        private final List<String> names;
        private final List<String> longestFirst;
        private int at;

        Reader(String text, List<String> names) {
            this.text = text;
            this.names = names;
            longestFirst = names.stream()
                    .filter(n -> !n.isEmpty())
                    .sorted(Comparator.comparingInt(String::length).reversed())
                    .toList();
        }

        LinearContrast read() {
            double[] weights = new double[names.size()];
            double constant = 0;
            boolean any = false;
            skip();
            while (at < text.length() && text.charAt(at) != '=') {
                double sign = 1;
                if (take('-')) {
                    sign = -1;
                } else if (!take('+') && any) {
                    throw wrong("must have + or - here");
                }
                // A threshold's name, 1|2, begins like a number.
                double factor = nameHere() == null ? number(1) : 1;
                take('*');
                weights[name()] += sign * factor;
                any = true;
                skip();
            }
            if (take('=')) {
                double sign = take('-') ? -1 : 1;
                constant = sign * number(Double.NaN);
                skip();
                if (Double.isNaN(constant) || at < text.length()) {
                    throw wrong("must have one number behind =");
                }
            }
            boolean nothing = true;
            for (double w : weights) {
                nothing &= w == 0;
            }
            if (nothing) {
                throw new UsageException("contrast '" + text + "': no coefficient is left in it");
            }
            return new LinearContrast(text.strip(), weights, constant);
        }

        private void skip() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private boolean take(char c) {
            skip();
            boolean here = at < text.length() && text.charAt(at) == c;
            if (here) {
                at++;
            }
            return here;
        }

        /** A number written here, or the other value if there is none. */
        private double number(double otherwise) {
            skip();
            int end = at;
            while (end < text.length() && (Character.isDigit(text.charAt(end)) || text.charAt(end) == '.')) {
                end++;
            }
            if (end == at) {
                return otherwise;
            }
            boolean exponent = end + 1 < text.length()
                    && (text.charAt(end) == 'e' || text.charAt(end) == 'E')
                    && (Character.isDigit(text.charAt(end + 1)) || "+-".indexOf(text.charAt(end + 1)) >= 0);
            if (exponent) {
                end += 2;
                while (end < text.length() && Character.isDigit(text.charAt(end))) {
                    end++;
                }
            }
            try {
                double value = Double.parseDouble(text.substring(at, end));
                at = end;
                return value;
            } catch (NumberFormatException e) {
                throw wrong("must have a number or a coefficient here");
            }
        }

        /** A coefficient by its name, which may hold backticks of its own; or within backticks. */
        private int name() {
            String name = nameHere();
            if (name != null) {
                at += name.length();
                return names.indexOf(name);
            }
            if (take('`')) {
                int end = text.indexOf('`', at);
                // Parameters that may not stand here have an empty name.
                int index = end <= at ? -1 : names.indexOf(text.substring(at, end));
                if (index >= 0) {
                    at = end + 1;
                    return index;
                }
            }
            throw wrong("must have the name of a coefficient here");
        }

        /** The longest name that stands here as a whole one; null if there is none. */
        private String nameHere() {
            skip();
            for (String name : longestFirst) {
                if (text.startsWith(name, at) && endsAt(at + name.length())) {
                    return name;
                }
            }
            return null;
        }

        /** Whether a name that ends there is a whole one. */
        private boolean endsAt(int end) {
            return end == text.length()
                    || Character.isWhitespace(text.charAt(end))
                    || "+-=".indexOf(text.charAt(end)) >= 0;
        }

        private UsageException wrong(String what) {
            int end = at;
            while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            String found = text.substring(Math.min(at, text.length()), end);
            String hint = Suggestions.nearest(found, longestFirst)
                    .map(n -> "; did you mean '" + n + "'?")
                    .orElse("");
            return new UsageException("contrast '" + text + "': " + what + " (position " + (at + 1) + ")" + hint
                    + "; coefficients: " + longestFirst.stream().sorted().collect(Collectors.joining(", ")));
        }
    }
}
