package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {

    @Test
    void whatAStrangerSaysOfItselfBeginsNoLineAndMovesNoCursor() {
        assertThat(Printable.of("y\r\n2026-11-27 ERROR: all members died\u001b[2J\u2028\u202e"))
                .isEqualTo("y??2026-11-27 ERROR: all members died?[2J??");
    }

    @Test
    void namesOfAllLanguagesStandAsTheyAre() {
        assertThat(Printable.of("Bestellung-größe 注文 🍇")).isEqualTo("Bestellung-größe 注文 🍇");
    }
}
