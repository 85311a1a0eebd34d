package dev.grapevine.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;

class BytesTest {

    @Test
    void aCopyDoesNotSeeLaterChangesOfItsSource() {
        byte[] source = {1, 2, 3};
        Bytes bytes = Bytes.copyOf(source);
        source[0] = 9;
        assertThat(bytes.toArray()).containsExactly(1, 2, 3);
        bytes.toArray()[0] = 9;
        assertThat(bytes.get(0)).isEqualTo((byte) 1);
    }

    @Test
    void equalityHashAndOrderAreThoseOfTheContentWhereverItStands() {
        Bytes slice = Bytes.wrap(new byte[] {0, 1, 2, 0}, 1, 2);
        Bytes whole = Bytes.copyOf(new byte[] {1, 2});
        assertThat(slice).isEqualTo(whole).hasSameHashCodeAs(whole).isEqualByComparingTo(whole);
        assertThat(Bytes.copyOf(new byte[] {(byte) 0x80})).isGreaterThan(Bytes.copyOf(new byte[] {0x7f, 1}));
        assertThat(Bytes.copyOf(new byte[] {1})).isLessThan(whole);
        assertThat(slice).isNotEqualTo(Bytes.EMPTY);
    }

    @Test
    void aViewOutsideItsArrayIsAnErrorAtOnce() {
        assertThatThrownBy(() -> Bytes.wrap(new byte[4], 3, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Bytes.wrap(new byte[4], 1, 2).get(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Bytes.utf8("abc").copyTo(new byte[2], 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aBufferShowsTheContentFromItsFirstByteAndCannotBeWritten() {
        var buffer = Bytes.wrap(new byte[] {9, 1, 2, 9}, 1, 2).asByteBuffer();
        assertThat(buffer.remaining()).isEqualTo(2);
        assertThat(buffer.get(0)).isEqualTo((byte) 1);
        assertThatThrownBy(() -> buffer.put((byte) 0)).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void textGoesThroughUtf8() {
        assertThat(Bytes.utf8("grün").length()).isEqualTo(5);
        assertThat(Bytes.utf8("grün").utf8()).isEqualTo("grün");
    }
}
