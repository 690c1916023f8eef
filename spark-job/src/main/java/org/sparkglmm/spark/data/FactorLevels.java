package org.sparkglmm.spark.data;

import java.util.List;
import java.util.regex.Pattern;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.RowCount;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.formula.Variable;

/** The levels of a model's factors, given or found in a table; text that is no factor is refused. */
final class FactorLevels {
    /** A text column with more values than this is no factor but a mistake. */
    static final int MOST_LEVELS = 1_000;

    /** An outcome with more ordered values than this is an amount. */
    private static final int MOST_CATEGORIES = 100;

    /** Text with more values than this is looked at for numbers among them. */
    private static final int MANY_LEVELS = 20;

    private static final double MOSTLY = 0.8;
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}([ T].*)?");
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+[.,]?\\d*|[.,]\\d+)([eE][+-]?\\d+)?");

    /** An infinite number, or one that is missing, in other spellings than NaN. */
    private static final Pattern NO_NUMBER = Pattern.compile("(?i)[+-]?(inf(inity)?|nan)");

    /** What Java takes for a number. */
    private static final Pattern PROGRAMS_NUMBER =
            Pattern.compile("(?i)[+-]?(0x[0-9a-f.]+(p[+-]?\\d+)?|(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?[df])");

    private final ModelRequest request;
    private final List<RawValue> raws;
    private final boolean text;
    private final boolean withOutcome;
    private final List<Warning> warnings;

    /**
     * @param raws the values that are read of a row
     * @param text whether the table came from text
     * @param withOutcome whether the first of them is the outcome
     * @param warnings to add to
     */
    FactorLevels(ModelRequest request, List<RawValue> raws, boolean text, boolean withOutcome, List<Warning> warnings) {
        this.request = request;
        this.raws = raws;
        this.text = text;
        this.withOutcome = withOutcome;
        this.warnings = warnings;
    }

    /** The levels that were given for a variable; null if none were. */
    List<String> given(String variable) {
        List<String> direct = request.levels().get(variable);
        if (direct != null) {
            return direct;
        }
        // factor(period) takes the levels given for period.
        for (Variable v : request.variables()) {
            if (v.name().equals(variable) && v.columns().size() == 1) {
                return request.levels().get(v.columns().get(0));
            }
        }
        return null;
    }

    /** Takes the levels that were given. */
    void takeGiven() {
        for (RawValue raw : raws) {
            List<String> given = raw.factor ? given(raw.name) : null;
            if (given != null) {
                raw.levels = given;
            }
        }
    }

    /** @throws UsageException if levels were given for what is no factor of the formula */
    void requireUsed() {
        for (String name : request.levels().keySet()) {
            boolean used = raws.stream()
                    .anyMatch(r -> r.factor && request.levels().get(name).equals(given(r.name)));
            boolean ofOutcome = !withOutcome && name.equals(request.outcome());
            if (!used && !ofOutcome) {
                throw new UsageException(Sentence.of(
                        "%s%s: no factor of that name in the formula",
                        withOutcome ? Sentence.of("%s ", Setting.LEVELS) : "levels, ", name));
            }
        }
    }

    /** Takes the levels that were given, and those found where none were. */
    void find(TableProfile look) {
        requireUsed();
        for (int k = 0; k < raws.size(); k++) {
            RawValue raw = raws.get(k);
            if (!raw.factor) {
                continue;
            }
            List<String> given = given(raw.name);
            raw.levels = given != null ? given : of(look, k);
        }
        if (raws.get(0).factor) {
            requireOutcomeLevels(raws.get(0));
        }
    }

    private void requireOutcomeLevels(RawValue outcome) {
        int found = outcome.levels.size();
        if (!request.family().takesCategories()) {
            if (found != 2) {
                throw new DataException("outcome " + outcome.name + " has " + found
                        + " values; family binomial needs two (the second is the success)");
            }
        } else if (found < 2) {
            throw new DataException("outcome " + outcome.name
                    + " has the same value in every complete row; family ordinal" + " needs two or more categories");
        } else if (found > MOST_CATEGORIES) {
            throw tooManyCategories(outcome);
        }
    }

    private DataException tooManyCategories(RawValue outcome) {
        return new DataException(
                "outcome " + outcome.name + " has more than " + MOST_CATEGORIES + " different values; family "
                        + request.family().name() + " is for "
                        + (request.family().takesCategories() ? "ordered categories" : "two values if they are labels")
                        + ": group the values first, or use a family for amounts");
    }

    /** Text that is numbers but for a few entries is no factor: some rows hold what the others do not. */
    private void requireNotNumbers(RawValue raw, List<String> labels) {
        long numbers =
                labels.stream().filter(l -> NUMBER.matcher(l.strip()).matches()).count();
        // Codes such as 1D and 2 are a factor; an infinite number among a few others is none of its levels.
        boolean odd = numbers > 0
                && numbers < labels.size()
                && labels.stream()
                        .map(String::strip)
                        .allMatch(l -> NUMBER.matcher(l).matches()
                                || NO_NUMBER.matcher(l).matches()
                                || (labels.size() > MANY_LEVELS
                                        && PROGRAMS_NUMBER.matcher(l).matches()));
        boolean mixed = numbers > MOSTLY * labels.size() && numbers < labels.size();
        boolean commas = numbers == labels.size() && labels.stream().anyMatch(l -> l.indexOf(',') >= 0);
        boolean dates = labels.stream().allMatch(l -> DATE.matcher(l.strip()).matches());
        if (odd) {
            throw new DataException("column " + raw.name + " was read as text: " + numbers + " of its " + labels.size()
                    + " different values are numbers, and the others are infinite, NaN in another spelling, or numbers as"
                    + " programs write them for themselves (1D, 0x1); make them missing or plain numbers, or write factor("
                    + raw.name + ") if each value is to be a level");
        }
        if (labels.size() > MANY_LEVELS && commas) {
            throw new DataException("column " + raw.name
                    + " was read as text, since its numbers have decimal commas; "
                    + (text ? "say --decimal ," : "write them with points"));
        }
        if (text && commas && labels.size() > 1) {
            warnings.add(new Warning(
                    "factor_of_numbers",
                    "column " + raw.name + " was read as text and is a factor, though all of its " + labels.size()
                            + " levels are numbers with decimal commas; if it should be a number, say --decimal ,; if not,"
                            + " write factor(" + raw.name + ")"));
        }
        if (labels.size() > MANY_LEVELS && dates) {
            throw new DataException(
                    "column " + raw.name + " holds dates as text; make a number of it, for example I(datediff("
                            + raw.name + ", '2020-01-01') / 365.25)");
        }
        if (labels.size() <= MANY_LEVELS && numbers > 1 && 2 * numbers > labels.size() && numbers < labels.size()) {
            warnings.add(new Warning(
                    "factor_of_numbers",
                    "column " + raw.name + " was read as text and is a factor, though " + numbers + " of its "
                            + labels.size()
                            + " levels are numbers; if it should be a number, clean it; if not, write factor("
                            + raw.name + ")"));
        }
        if (labels.size() > MANY_LEVELS && mixed) {
            throw new DataException("column " + raw.name + " was read as text, but " + numbers + " of its "
                    + labels.size()
                    + " different values are numbers: some rows hold something else; clean the column, or"
                    + " write factor(" + raw.name + ") if each value is to be a level");
        }
    }

    /** Bytes that are no characters would make one level of several. */
    private static void requireReadable(RawValue raw, List<String> labels) {
        if (labels.stream().anyMatch(l -> l.indexOf(TableSource.NO_CHARACTER) >= 0)) {
            throw new DataException("column " + raw.name
                    + " holds bytes that are no characters; say the table's --encoding, such as" + " windows-1252");
        }
    }

    /** The levels of a factor as they were found, in order. */
    List<String> of(TableProfile look, int k) {
        List<String> found = look.labels(k);
        RawValue raw = raws.get(k);
        boolean isOutcome = withOutcome && k == 0;
        if (isOutcome && found.size() > MOST_CATEGORIES) {
            throw tooManyCategories(raw);
        }
        if (look.tooLong(k) > 0) {
            throw new DataException("column " + raw.name + ": " + RowCount.words(look.tooLong(k))
                    + " have a text of more than " + TableProfile.LONGEST_LABEL
                    + " characters, which is no level of a factor; shorten or group the values first");
        }
        if (text) {
            requireReadable(raw, found);
        }
        if (found.size() > MOST_LEVELS) {
            throw new DataException("column " + raw.name + " has more than " + MOST_LEVELS
                    + " different values, so it would make as many dummy columns; group its values first, or, if it"
                    + " should be a number, clean it: some rows hold something else");
        }
        List<String> labels = found.stream().sorted(raw.order).toList();
        if (!raw.askedFor) {
            requireNotNumbers(raw, labels);
        }
        return labels;
    }
}
