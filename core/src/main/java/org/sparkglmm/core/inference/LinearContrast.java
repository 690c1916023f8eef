package org.sparkglmm.core.inference;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.sparkglmm.core.Suggestions;
import org.sparkglmm.core.UsageException;

/**
 * A linear combination of coefficients, as {@code multcomp::glht} takes them: {@code time + sexM:time}, {@code 2*time - sexM =
 * 0.5}, {@code (a + b)/2 - c}. A name with odd characters may stand in backticks, and may stand without them.
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
        return parse(text, names, List.of());
    }

    /**
     * The same where some columns were dropped.
     *
     * @param dropped their names: they have no coefficient
     */
    public static LinearContrast parse(String text, List<String> names, List<String> dropped) {
        return new Reader(text, names, dropped).read();
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
        private final List<String> dropped;
        private int at;

        Reader(String text, List<String> names, List<String> dropped) {
            this.text = text;
            this.names = names;
            this.dropped = dropped;
            longestFirst = names.stream()
                    .filter(n -> !n.isEmpty())
                    .sorted(Comparator.comparingInt(String::length).reversed())
                    .toList();
        }

        LinearContrast read() {
            double[] weights = new double[names.size()];
            double constant = 0;
            skip();
            if (at < text.length() && text.charAt(at) != '=') {
                addSum(1, weights);
            }
            if (take('=')) {
                double sign = take('-') ? -1 : 1;
                constant = sign * scaled(number(Double.NaN));
                skip();
                if (Double.isNaN(constant) || at < text.length()) {
                    throw wrong("must have one number behind =");
                }
            }
            if (at < text.length()) {
                throw wrong("must have + or - here");
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

        /** a + 2*b - (c + d)/2, each times a factor. */
        private void addSum(double factor, double[] weights) {
            boolean any = false;
            skip();
            while (at < text.length() && "=)".indexOf(text.charAt(at)) < 0) {
                double sign = 1;
                if (take('-')) {
                    sign = -1;
                } else if (!take('+') && any) {
                    throw wrong("must have + or - here");
                }
                addTerm(sign * factor, weights);
                any = true;
                skip();
            }
            if (!any) {
                throw wrong("must have the name of a coefficient here");
            }
        }

        /** A coefficient or a bracket, numbers that multiply or divide it before and behind. */
        private void addTerm(double factor, double[] weights) {
            // A threshold's name, 1|2, begins like a number.
            double before = nameHere() == null ? scaled(number(1)) : 1;
            take('*');
            double[] part = new double[weights.length];
            if (nameHere() == null && take('(')) {
                addSum(1, part);
                if (!take(')')) {
                    throw wrong("must have ) here");
                }
            } else {
                part[name()] = 1;
            }
            double all = scaled(factor * before);
            for (int k = 0; k < weights.length; k++) {
                weights[k] += part[k] == 0 ? 0 : all * part[k];
            }
        }

        /** A value times and divided by the numbers that follow it. */
        private double scaled(double value) {
            double out = value;
            while (true) {
                int before = at;
                boolean divides = take('/');
                if (!divides && !take('*')) {
                    return out;
                }
                double number = nameHere() == null ? number(Double.NaN) : Double.NaN;
                if (divides && !(Math.abs(number) > 0)) {
                    throw wrong("must have a number other than 0 behind /");
                }
                if (Double.isNaN(number)) {
                    // What is multiplied follows: a coefficient or a bracket.
                    at = before;
                    return out;
                }
                out = divides ? out / number : out * number;
            }
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
                    || "+-=*/)".indexOf(text.charAt(end)) >= 0;
        }

        private UsageException wrong(String what) {
            int end = at;
            while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            String found = text.substring(Math.min(at, text.length()), end);
            for (String name : dropped) {
                if (text.startsWith(name, at) && endsAt(at + name.length())) {
                    return new UsageException("contrast '" + text + "': " + name
                            + " has no coefficient, since the data do not determine it: its column was dropped (it is a"
                            + " combination of others, or of an empty cell)");
                }
            }
            String hint = Suggestions.nearest(found, longestFirst)
                    .map(n -> "; did you mean '" + n + "'?")
                    .orElse("");
            return new UsageException("contrast '" + text + "': " + what + " (position " + (at + 1) + ")" + hint
                    + "; coefficients: " + longestFirst.stream().sorted().collect(Collectors.joining(", ")));
        }
    }
}
