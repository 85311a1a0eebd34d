package dev.grapevine.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemberTest {

    private static final Origin ORIGIN = new Origin(new MemberId(1, 2), 3);
    private static final Address ADDRESS = new Address("h", 1);

    @Test
    void metadataIsCopiedOrderedAndUnmodifiable() {
        Map<String, String> labels = new HashMap<>(Map.of("b", "2", "a", "1"));
        Member member = new Member(ORIGIN, "n", ADDRESS, "", labels);
        labels.put("c", "3");
        assertThat(member.metadata()).containsExactly(Map.entry("a", "1"), Map.entry("b", "2"));
        assertThatThrownBy(() -> member.metadata().put("x", "y")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void eachLimitIsHeldAndNamed() {
        assertThatThrownBy(() -> new Member(ORIGIN, " ", ADDRESS, "", Map.of())).hasMessageContaining("name");
        assertThatThrownBy(() -> new Member(ORIGIN, "x".repeat(129), ADDRESS, "", Map.of()))
                .hasMessageContaining("128");
        assertThatThrownBy(() -> new Member(ORIGIN, "n", ADDRESS, "z".repeat(65), Map.of()))
                .hasMessageContaining("64");
        assertThatThrownBy(() -> new Member(ORIGIN, "n", ADDRESS, "", Map.of("k", "v".repeat(4096))))
                .hasMessageContaining("4096");
    }

    @Test
    void anIdIsWrittenAsItCanBeReadAgain() {
        MemberId id = new MemberId(-1, 0x0123456789abcdefL);
        assertThat(id.toString()).isEqualTo("ffffffffffffffff0123456789abcdef");
        assertThat(MemberId.parse(id.toString())).isEqualTo(id);
        assertThatThrownBy(() -> MemberId.parse("12")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void originsAreOrderedByIdAsUnsignedAndThenByEpoch() {
        Origin small = new Origin(new MemberId(1, 0), 9);
        Origin large = new Origin(new MemberId(-1, 0), 1);
        assertThat(small).isLessThan(large);
        assertThat(small).isLessThan(new Origin(small.id(), 10));
    }
}
