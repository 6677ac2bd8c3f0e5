#include "backend/packages/document_reader.h"

namespace slipway::packages
{

static bool checkRoot(const XmlDocument &document, const DocumentKind &kind,
                      AttributeReader &reader)
{
    const pugi::xml_node root = document.root();
    if (localName(root) == kind.root && namespaceOf(root) == kind.name_space)
        return true;
    reader.report(v1::ERROR, {}, document.locate(root),
                  "This is not a " + std::string(kind.noun) + ": its root element is <" +
                      std::string(root.name()) + "> of the namespace \"" +
                      std::string(namespaceOf(root)) + "\".",
                  "The root must be <" + std::string(kind.root) + " xmlns=\"" +
                      std::string(kind.name_space) + "\">.");
    return false;
}

DocumentResult readDocument(std::string_view bytes, const std::string &file_name,
                            const DocumentKind &kind, std::span<const ElementRule> schema,
                            const DocumentSteps &steps, Problems &problems)
{
    const XmlDocument document(bytes, file_name);
    problems = document.problems();
    if (!document.wellFormed())
        return DocumentResult::Malformed;
    AttributeReader reader(document, problems);
    steps.name(document.root());
    if (!checkRoot(document, kind, reader))
        return DocumentResult::OfAnotherKind;
    checkShape(document, schema, problems);
    steps.content(document.root(), reader);
    return DocumentResult::Read;
}

} // namespace slipway::packages
