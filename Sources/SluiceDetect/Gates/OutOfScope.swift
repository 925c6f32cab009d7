/// That a text is not to be judged, why, and what its words say all the same.
///
/// The verdict is `uncertain` whatever they say; it is for whoever ranks texts, and for the masses of shards.
struct OutOfScope {
    var abstention: Abstention
    /// The language, where that is the reason and can be told.
    var language: Language?
    /// How much of what the words weigh counts, 0 to 1.
    var share = 0.0
    /// Whether it counts only where it speaks for a machine: how machines write code and lists the model does not know, and
    /// that nothing was found there speaks for nobody.
    var isOneSided = false

    /// What of the weight `llr` of the words counts, in nats.
    func part(of llr: Double) -> Double { share * (isOneSided ? max(llr, 0) : llr) }
}
