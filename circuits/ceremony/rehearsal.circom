pragma circom 2.1.6;
include "../lib/used-slots.circom";

// For rehearsing a ceremony: "count is between 1 and 4". A few constraints of a part the real circuits have.
//   count   public, how many of four slots are used
template Rehearsal() {
    signal input count;
    component slots = UsedSlots(4);
    slots.count <== count;
}

component main {public [count]} = Rehearsal();
