package org.sparkglmm.spark.data;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataTypes;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.RowCount;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.Warning;

/** What a look at a table says of its rows: how many can be used, why the others cannot, and what is refused or noted of their values. */
final class ProfileReview {
    private final List<RawValue> raws;
    private final FactorLevels levels;
    private final boolean text;
    private final boolean lenient;
    private final OpenTable.TextFindings findings;
    private final List<Warning> warnings;

    /**
     * @param raws the values that are read of a row
     * @param levels of the factors among them
     * @param text whether the table came from text
     * @param lenient whether values that cannot be used count as missing and stop nothing
     * @param findings of the opening of the table
     * @param warnings to add to
     */
    ProfileReview(
            List<RawValue> raws,
            FactorLevels levels,
            boolean text,
            boolean lenient,
            OpenTable.TextFindings findings,
            List<Warning> warnings) {
        this.raws = raws;
        this.levels = levels;
        this.text = text;
        this.lenient = lenient;
        this.findings = findings;
        this.warnings = warnings;
    }

    /** @throws DataException if values cannot be used that should be, or no row is complete */
    BoundTable.RowCounts count(TableProfile look, IdColumn id) {
        long total = look.rows();
        if (total == 0) {
            throw new DataException("the table has no rows");
        }
        long completeRows = look.complete();
        Map<String, Long> missing = new LinkedHashMap<>();
        note(missing, id.name(), look.withoutId());
        for (int k = 0; k < raws.size(); k++) {
            if (!raws.get(k).derived) {
                note(missing, raws.get(k).name, look.missing(k));
            }
            long bad = look.unusable(k);
            long undefined = look.undefined(k);
            if (undefined > 0 && !lenient) {
                throw new DataException(raws.get(k).name + " is undefined in " + RowCount.words(undefined)
                        + " whose columns all have values (the logarithm of a negative number, a CASE without ELSE, and the"
                        + " like); give it a value there, or make the columns missing to drop the rows");
            }
            if (bad > 0 && completeRows > 0 && !lenient) {
                throw new DataException(
                        raws.get(k).factor
                                ? Sentence.of(
                                        "column %s: %s have a value that is not among the levels given%s (%s)",
                                        raws.get(k).name,
                                        RowCount.words(bad),
                                        Setting.LEVELS.within(" with %s"),
                                        String.join(", ", levels.given(raws.get(k).name)))
                                : Sentence.of(
                                        "%s is infinite in %s%s; correct them, or make them missing to drop the rows",
                                        raws.get(k).name,
                                        RowCount.words(bad),
                                        raws.get(k).name.contains("log(") ? " (the logarithm of 0)" : ""));
            }
        }
        if (completeRows == 0 && !lenient) {
            List<String> empty = missing.entrySet().stream()
                    .filter(e -> e.getValue() == total)
                    .map(Map.Entry::getKey)
                    .toList();
            throw new DataException(
                    empty.isEmpty()
                            ? "no complete row: each of the " + total + " rows lacks some value (missing: "
                                    + ModelBinding.describe(missing, RowCount::words) + ")"
                            : "no complete row: " + String.join(", ", empty) + (empty.size() == 1 ? " has" : " have")
                                    + " no value in any of the " + total + " rows");
        }
        return new BoundTable.RowCounts(total, completeRows, missing, look.surplus());
    }

    /**
     * A text table is looked through before it is read, by a program of its own: both must have found the same rows and the same
     * missing numbers, or one of them has cut a row at the wrong place.
     */
    void requireAsFound(TableProfile look) {
        boolean same = findings.rows() < 0 || findings.rows() == look.rows();
        for (int k = 0; same && k < raws.size(); k++) {
            Long found = raws.get(k).isNumberColumn()
                    ? findings.withoutNumber().get(raws.get(k).columnName())
                    : null;
            same = found == null || found == look.missing(k);
        }
        if (!same) {
            throw new DataException("the table is not the same when it is read twice: rows or values were missing that"
                    + " had been there; run again when nothing writes to it");
        }
    }

    /** Numbers that have lost digits may have made one person of several. */
    static void requireWholeIds(TableProfile look, IdColumn id) {
        if (look.roundedIds() > 0) {
            boolean isDouble = id.type().equals(DataTypes.DoubleType);
            throw new DataException("column " + id.name() + " is a " + id.type().simpleString() + ", and in "
                    + RowCount.words(look.roundedIds()) + " it is 2^" + (isDouble ? 53 : 24)
                    + " or more, where that type has one number for several whole ones, so that different " + id.name()
                    + " may be the same; write it as bigint or text");
        }
    }

    /** What of the values read may not be what it seems. */
    void noteIds(TableProfile look, IdColumn id) {
        if (text && look.unreadableIds() > 0) {
            throw new DataException("column " + id.name() + " holds bytes that are no characters, so that different "
                    + id.name() + " may look the same; say the table's --encoding, such as windows-1252");
        }
        warnings.addAll(findings.warnings());
        // Spark takes a row with fewer fields for one with a malformed value.
        long malformed = look.malformed() - findings.shortRows();
        if (malformed > 0) {
            warnings.add(new Warning(
                    "malformed_values",
                    RowCount.words(malformed)
                            + " hold a value that is not of the type that --schema gives its column;"
                            + " it counts as missing"));
        }
        if (look.paddedIds() > 0) {
            warnings.add(new Warning(
                    "id_blanks",
                    "in " + RowCount.words(look.paddedIds()) + " " + id.name()
                            + " begins or ends with a blank; with and"
                            + " without it they are different persons: trim them if they are not"));
        }
        if (look.numberIds() > 0) {
            warnings.add(
                    new Warning(
                            "id_numbers",
                            "in " + RowCount.words(look.numberIds()) + " " + id.name()
                                    + " is a number written as 1e+05 or 7.0 are, and plain whole numbers in the others; ids are names, so"
                                    + " that these are other persons than 100000 or 7: write all alike (R: as.integer or format)"));
        }
        if (look.decomposedIds() > 0) {
            warnings.add(new Warning(
                    "id_unicode",
                    "in " + RowCount.words(look.decomposedIds()) + " " + id.name()
                            + " is not in Unicode's composed form (NFC);"
                            + " the same letters in both forms are different persons: normalise them"));
        }
    }

    private static void note(Map<String, Long> missing, String name, long count) {
        if (count > 0) {
            missing.merge(name, count, Long::sum);
        }
    }
}
