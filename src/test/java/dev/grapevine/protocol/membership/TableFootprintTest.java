package dev.grapevine.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The heap that the docs on membership promise, measured, with references of 4 bytes. */
class TableFootprintTest {

    private final TableFootprint footprint = new TableFootprint(10_000);

    @Test
    void whoIsSimplyThereCostsItsRowTwentyBytes() {
        assertThat(footprint.rowOfWhoIsThere(40)).isBetween(12.0, 20.0);
    }

    @Test
    void aTombstoneCostsAHundredBytesMore() {
        assertThat(footprint.tombstone(10)).isBetween(80.0, 140.0);
    }

    @Test
    void aWholeCoreOfMembershipKnowsAMemberForThirtyBytes() {
        assertThat(footprint.memberOfACore(40)).isBetween(12.0, 30.0);
    }
}
