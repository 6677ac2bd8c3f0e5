#include "backend/packages/schema.h"

#include "backend/packages/problem_making.h"

#include <algorithm>
#include <map>

namespace slipway::packages
{

namespace
{

struct Word {
    std::string_view name;
    bool marked = false; // ended in '!' or '*'
};

std::vector<Word> split(std::string_view text)
{
    std::vector<Word> words;
    while (!text.empty()) {
        const auto blank = text.find(' ');
        std::string_view name = text.substr(0, blank);
        const bool marked = name.back() == '!' || name.back() == '*';
        words.push_back({marked ? name.substr(0, name.size() - 1) : name, marked});
        text = blank == std::string_view::npos ? std::string_view{} : text.substr(blank + 1);
    }
    return words;
}

const Word *find(const std::vector<Word> &words, std::string_view name)
{
    const auto found = std::find_if(words.begin(), words.end(),
                                    [&](const Word &word) { return word.name == name; });
    return found == words.end() ? nullptr : &*found;
}

std::string list(const std::vector<Word> &words)
{
    std::string text;
    for (const Word &word : words)
        text += (text.empty() ? "" : ", ") + std::string(word.name);
    return text.empty() ? "nothing" : text;
}

class ShapeCheck
{
public:
    ShapeCheck(const XmlDocument &document, std::span<const ElementRule> schema, Problems &problems)
        : m_document(document), m_schema(schema), m_problems(problems)
    {
    }
    void check(pugi::xml_node node);

private:
    const ElementRule *ruleFor(std::string_view name) const;
    void checkAttributes(pugi::xml_node node, const ElementRule &rule);
    void checkChildren(pugi::xml_node node, const ElementRule &rule);
    void unknownAttribute(pugi::xml_attribute attribute, pugi::xml_node node,
                          const std::vector<Word> &known);

    const XmlDocument &m_document;
    std::span<const ElementRule> m_schema;
    Problems &m_problems;
};

const ElementRule *ShapeCheck::ruleFor(std::string_view name) const
{
    const auto found = std::find_if(m_schema.begin(), m_schema.end(),
                                    [&](const ElementRule &rule) { return rule.name == name; });
    return found == m_schema.end() ? nullptr : &*found;
}

void ShapeCheck::check(pugi::xml_node node)
{
    const ElementRule *rule = ruleFor(localName(node));
    if (!rule)
        return;
    checkAttributes(node, *rule);
    checkChildren(node, *rule);
}

void ShapeCheck::unknownAttribute(pugi::xml_attribute attribute, pugi::xml_node node,
                                  const std::vector<Word> &known)
{
    const std::string_view name = attribute.name();
    const bool old_sample = name == "packageDir" || name == "hostheader";
    const std::string hint =
        name == "hostheader"   ? "Write hostHeader; hostheader stands in old samples only."
        : name == "packageDir" ? "Write physicalDirectory; packageDir stands in old samples only."
                               : "It is ignored. Known here: " + list(known) + ".";
    m_problems.push_back(makeProblem(
        v1::WARNING, old_sample ? "V21" : "", m_document.file(), m_document.locate(attribute),
        "<" + std::string(localName(node)) + "> has no attribute " + std::string(name) + ".",
        hint));
}

void ShapeCheck::checkAttributes(pugi::xml_node node, const ElementRule &rule)
{
    const std::vector<Word> known = split(rule.attributes);
    for (const pugi::xml_attribute attribute : node.attributes()) {
        const std::string_view name = attribute.name();
        const bool foreign = name == "xmlns" || name.find(':') != std::string_view::npos;
        if (!foreign && !find(known, name))
            unknownAttribute(attribute, node, known);
    }
    for (const Word &word : known) {
        const auto attribute = node.attribute(std::string(word.name).c_str());
        if (!word.marked || (attribute && *attribute.value()))
            continue;
        m_problems.push_back(
            makeProblem(v1::ERROR, {}, m_document.file(),
                        attribute ? m_document.locate(attribute) : m_document.locate(node),
                        "<" + std::string(rule.name) + "> needs the attribute " +
                            std::string(word.name) + (attribute ? ", which is empty." : "."),
                        "Add " + std::string(word.name) + "=\"...\"."));
    }
}

void ShapeCheck::checkChildren(pugi::xml_node node, const ElementRule &rule)
{
    const std::vector<Word> known = split(rule.children);
    std::map<std::string_view, int> seen;
    for (const pugi::xml_node child : node.children()) {
        if (child.type() != pugi::node_element)
            continue;
        const std::string name(localName(child));
        const Word *word = find(known, name);
        if (!word) {
            m_problems.push_back(
                makeProblem(v1::WARNING, {}, m_document.file(), m_document.locate(child),
                            "<" + name + "> is not known inside <" + std::string(rule.name) + ">.",
                            "It is ignored. Known here: " + list(known) + "."));
            continue;
        }
        if (++seen[word->name] == 2 && !word->marked)
            m_problems.push_back(
                makeProblem(v1::ERROR, {}, m_document.file(), m_document.locate(child),
                            "<" + name + "> may be in <" + std::string(rule.name) + "> only once.",
                            "Put its contents into the first one."));
        check(child);
    }
}

} // namespace

void checkShape(const XmlDocument &document, std::span<const ElementRule> schema,
                Problems &problems)
{
    ShapeCheck(document, schema, problems).check(document.root());
}

} // namespace slipway::packages
