package org.sparkglmm.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkglmm.core.formula.Formula;
import org.sparkglmm.core.formula.FormulaException;

class SentenceTest {
    /** A front end that calls everything by its constant. */
    private static final SettingNames SHOUTED = (setting, value) -> "<" + (setting.name() + " " + value).strip() + ">";

    @Test
    void everyFrontEndHasItsOwnWords() {
        Sentence said = Sentence.of(
                "%d of %s; fit with %s or more %s",
                2, Sentence.of("these%s", Setting.DISPERSION.aside()), Mention.ROBUST_ERRORS, Setting.NODES);
        assertEquals("2 of these; fit with robust standard errors or more nodes", said.toString());
        assertEquals("2 of these (<DISPERSION>); fit with <STANDARD_ERRORS robust> or more <NODES>", said.in(SHOUTED));
    }

    @Test
    void wordsMayHoldWhatAFormatWouldTakeForItsOwn() {
        assertEquals("50% of {} %s", Sentence.text("50% of {} %s").toString());
        assertEquals("50% of {} %s", Sentence.of("%s", "50% of {} %s").in(SHOUTED));
    }

    @Test
    void numbersAreWrittenAsEverywhere() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertEquals("1.50", Sentence.of("%.2f", 1.5).toString());
            assertEquals("1.50", Sentence.of("%.2f", 1.5).in(SHOUTED));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void exceptionsAndWarningsAreSaidAnew() {
        Sentence sentence = Sentence.of("leave %s out", Setting.REML);
        UsageException usage = new UsageException(sentence);
        assertEquals("leave REML out", usage.getMessage());
        assertEquals("leave <REML> out", usage.in(SHOUTED).getMessage());
        assertEquals(sentence, usage.in(SHOUTED).sentence());
        assertEquals(usage.getStackTrace()[0], usage.in(SHOUTED).getStackTrace()[0]);
        DataException data = new DataException(sentence);
        assertEquals("leave REML out", data.getMessage());
        assertEquals("leave <REML> out", data.in(SHOUTED).getMessage());
        assertEquals(sentence, data.in(SHOUTED).sentence());
        Warning warning = new Warning("code", sentence);
        assertEquals("leave REML out", warning.message());
        assertEquals("leave <REML> out", warning.in(SHOUTED).message());
    }

    @Test
    void aFormulasExceptionStaysOneAndKeepsItsPlace() {
        FormulaException plain =
                assertThrows(FormulaException.class, () -> Formula.parse("y ~ factor(x, levels = 1) + (1 | g)"));
        assertTrue(plain.getMessage().contains("; give the order of levels\n"), plain::getMessage);
        FormulaException said = plain.in(SHOUTED);
        assertTrue(said.getMessage().contains("; give the order of levels with <LEVELS>\n"), said::getMessage);
        assertEquals(plain.position(), said.position());
    }

    @ParameterizedTest
    @EnumSource
    void everySettingHasPlainWords(Setting setting) {
        assertFalse(setting.toString().isBlank());
        assertFalse(setting.toString().contains("_"), setting::toString);
        assertEquals("", setting.aside().toString());
        assertEquals(" (<" + setting.name() + ">)", setting.aside().in(SHOUTED));
    }

    /** Spark ships what blocks and families hold, and journals keep it. */
    @Test
    void survivesSerialization() throws IOException, ClassNotFoundException {
        Sentence sentence = Sentence.of("use %s or %s, %d", Mention.AUTOMATIC_NODES, Setting.REML, 3);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(sentence);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            Sentence read = (Sentence) in.readObject();
            assertEquals(sentence, read);
            assertSame(Setting.REML, read.values().get(1));
        }
    }

    /** They are the command line's own. Neither messages nor comments speak of them here. */
    @Test
    void coreNamesNoOption() throws IOException {
        Pattern option = Pattern.compile("(?<![\\w-])--[a-z]");
        List<Path> sources;
        try (Stream<Path> all = Files.walk(Path.of("src/main/java"))) {
            sources = all.filter(file -> file.toString().endsWith(".java")).toList();
        }
        assertTrue(sources.size() > 100, () -> "only " + sources.size() + " sources found");
        for (Path source : sources) {
            for (String line : Files.readAllLines(source)) {
                assertFalse(option.matcher(line).find(), () -> source + ": " + line);
            }
        }
    }
}
