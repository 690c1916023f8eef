package org.sparkglmm.core.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.UsageException;

class FamiliesTest {
    @Test
    void everyFamilyIsFoundByItsNameHoweverItIsWritten() {
        Set<String> names = new HashSet<>();
        for (Family family : Families.all()) {
            assertTrue(names.add(family.name()), "twice: " + family.name());
            assertSame(family, Families.named(family.name()));
            assertSame(family, Families.named("  " + family.name().toUpperCase(java.util.Locale.ROOT) + " "));
        }
    }

    @Test
    void namesThatUsersOfRAlsoTypeAreKnown() {
        assertEquals("gaussian", Families.named("normal").name());
        assertEquals("binomial", Families.named("Bernoulli").name());
        assertEquals("binomial", Families.named("logistic").name());
    }

    @Test
    void anUnknownFamilyIsAnsweredWithTheNearestAndTheList() {
        UsageException e = assertThrows(UsageException.class, () -> Families.named("poison"));
        assertTrue(e.getMessage().startsWith("unknown family 'poison'; did you mean 'poisson'?"), e::getMessage);
        for (Family family : Families.all()) {
            assertTrue(e.getMessage().contains(family.name()), e::getMessage);
        }
        UsageException far = assertThrows(UsageException.class, () -> Families.named("zzzzzzzz"));
        assertFalse(far.getMessage().contains("did you mean"), far::getMessage);
    }

    @Test
    void everyLinkIsFoundByItsNameAndTheFirstIsTheDefault() {
        for (Family family : Families.all()) {
            assertFalse(family.links().isEmpty());
            assertEquals(family.links().size(), new HashSet<>(family.links()).size());
            assertEquals(family.links().get(0), Families.link(family, null));
            assertEquals(family.links().get(0), Families.link(family, " "));
            for (Link link : family.links()) {
                assertEquals(link, Families.link(family, link.label()));
                assertEquals(link, Families.link(family, link.name() + " "));
            }
        }
    }

    @Test
    void anUnknownOrForeignLinkIsAnsweredWithTheNearestAndTheList() {
        Family binomial = Families.named("binomial");
        UsageException e = assertThrows(UsageException.class, () -> Families.link(binomial, "probti"));
        assertEquals(
                "unknown link 'probti' for family binomial; did you mean 'probit'?; its links: logit, probit, cloglog, log",
                e.getMessage());
        UsageException foreign = assertThrows(UsageException.class, () -> Families.link(binomial, "sqrt"));
        assertTrue(foreign.getMessage().contains("its links: logit"), foreign::getMessage);
    }

    @Test
    void onlyTheIdentityOfTheNormalDistributionIsLinear() {
        for (Family family : Families.all()) {
            for (Link link : family.links()) {
                assertEquals(family.name().equals("gaussian") && link == Link.IDENTITY, family.isLinear(link));
            }
        }
    }

    @Test
    void coefficientsOfPsiLieOneAfterAnother() {
        ParameterLayout layout = new ParameterLayout(2, new int[] {2}, new int[] {3, 1, 2});
        assertEquals(3, layout.psiParts());
        assertEquals(6, layout.psi());
        assertEquals(11, layout.size());
        assertEquals(5, layout.psiStart());
        assertEquals(5, layout.psiStart(0));
        assertEquals(8, layout.psiStart(1));
        assertEquals(9, layout.psiStart(2));
        assertEquals(11, layout.psiStart(3));
        assertEquals(0, new ParameterLayout(2, new int[] {2}, 0).psiParts());
    }

    @Test
    void parametersLieAsTheLayoutSays() {
        ParameterLayout layout = new ParameterLayout(2, new int[] {2, 1}, 1);
        assertEquals(2, layout.fixed());
        assertEquals(3, layout.random());
        assertEquals(4, layout.theta());
        assertEquals(7, layout.size());
        double[] lambda = layout.lambda(new double[] {10, 11, 1, 2, 3, 4, 99});
        org.junit.jupiter.api.Assertions.assertArrayEquals(new double[] {1, 0, 0, 2, 3, 0, 0, 0, 4}, lambda);
        assertEquals(6, layout.psiStart());
        assertEquals(1, layout.psi());
        for (int t = 0; t < layout.theta(); t++) {
            assertTrue(layout.row(t) >= layout.column(t));
        }
    }
}
