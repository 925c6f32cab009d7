import Foundation

/// Holds a value against a schema of the document, as far as the document uses JSON Schema.
///
/// An object with `properties` may have no others: what an answer holds is described, or it is a mistake.
struct SchemaCheck {
    let description: Description

    /// What is wrong, and where; nil where the value fits.
    func fault(_ value: Any, _ schema: [String: Any], at place: String = "$") -> String? {
        let schema = description.resolved(schema)
        if let choices = schema["anyOf"] as? [[String: Any]] {
            let faults = choices.map { fault(value, $0, at: place) }
            return faults.contains { $0 == nil } ? nil : faults.compactMap(\.self).joined(separator: "; ")
        }
        if let fault = typeFault(value, schema, place) { return fault }
        switch value {
        case let object as [String: Any]: return objectFault(object, schema, place)
        case let array as [Any]:
            guard let items = schema["items"] as? [String: Any] else { return nil }
            for (index, item) in array.enumerated() {
                if let fault = fault(item, items, at: "\(place)[\(index)]") { return fault }
            }
            return nil
        case let text as String: return textFault(text, schema, place)
        case let number as NSNumber: return numberFault(number.doubleValue, schema, place)
        default: return nil
        }
    }

    private func typeFault(_ value: Any, _ schema: [String: Any], _ place: String) -> String? {
        let wanted = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] } ?? []
        let kinds = SchemaCheck.kinds(of: value)
        return wanted.isEmpty || !kinds.isDisjoint(with: wanted) ? nil : "\(place) is \(kinds.sorted()), not \(wanted)"
    }

    private static func kinds(of value: Any) -> Set<String> {
        switch value {
        case is NSNull: ["null"]
        case is String: ["string"]
        case is [Any]: ["array"]
        case is [String: Any]: ["object"]
        case let number as NSNumber where String(cString: number.objCType) == "c": ["boolean"]
        case let number as NSNumber:
            number.doubleValue == number.doubleValue.rounded() ? ["integer", "number"] : ["number"]
        default: []
        }
    }

    private func objectFault(_ object: [String: Any], _ schema: [String: Any], _ place: String) -> String? {
        for name in schema["required"] as? [String] ?? [] where object[name] == nil {
            return "\(place) lacks \(name)"
        }
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        for (name, value) in object {
            if let names = schema["propertyNames"] as? [String: Any],
                let fault = fault(name, names, at: "\(place) key")
            {
                return fault
            }
            if let property = properties[name] ?? schema["additionalProperties"] as? [String: Any] {
                if let fault = fault(value, property, at: "\(place).\(name)") { return fault }
            } else if !properties.isEmpty {
                return "\(place).\(name) is not described"
            }
        }
        return nil
    }

    private func textFault(_ text: String, _ schema: [String: Any], _ place: String) -> String? {
        if let words = schema["enum"] as? [Any], !words.contains(where: { $0 as? String == text }) {
            return "\(place) is '\(text)', which is none of the words"
        }
        if let pattern = schema["pattern"] as? String, text.range(of: pattern, options: .regularExpression) == nil {
            return "\(place) does not fit \(pattern)"
        }
        return nil
    }

    private func numberFault(_ number: Double, _ schema: [String: Any], _ place: String) -> String? {
        if let least = (schema["minimum"] as? NSNumber)?.doubleValue, number < least {
            return "\(place) is below \(least)"
        }
        if let most = (schema["maximum"] as? NSNumber)?.doubleValue, number > most {
            return "\(place) is above \(most)"
        }
        return nil
    }
}
