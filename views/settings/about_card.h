// What this is and where it runs.
#pragma once

#include "views/widgets/card.h"
#include "views/widgets/page_context.h"

class QGridLayout;

namespace slipway::views
{

class AboutCard : public Card
{
    Q_OBJECT

public:
    explicit AboutCard(PageContext &context);

private:
    Label *add(QGridLayout &grid, const QString &name, const QString &object);
    void refresh();
    QString allWords() const;

    PageContext &m_context;
    QList<std::pair<QString, Label *>> m_facts;
    Label *m_version;
    Label *m_licence;
    Label *m_data;
    Label *m_socket;
    Label *m_fabric;
    Label *m_engine;
    Label *m_isolation;
    Label *m_processes;
};

} // namespace slipway::views
