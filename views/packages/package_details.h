// Everything a package says, role by role, beside the table.
#pragma once

#include "models/packages/package_model.h"
#include "views/widgets/card.h"
#include "views/widgets/page_context.h"

class QVBoxLayout;

namespace slipway::views
{

class PackageDetails : public Card
{
    Q_OBJECT

public:
    explicit PackageDetails(PageContext &context);
    void showPackage(const models::PackageRow &row);
    QString digest() const { return m_digest; }

Q_SIGNALS:
    void closeClicked();
    void deleteClicked(const QString &digest);

private:
    void build();
    QWidget *makeFooter();
    void rebuild(const models::PackageRow &row);
    void addFacts(const v1::Package &package, QVBoxLayout &column);
    void addUsers(const std::string &digest, QVBoxLayout &column);
    void addProblems(const v1::Package &package, QVBoxLayout &column);
    QWidget *makeDigestRow(const QString &digest);

    PageContext &m_context;
    QString m_digest;
    models::PackageRow m_shown;
    Label *m_name = nullptr;
    QVBoxLayout *m_scrolled = nullptr;
    QWidget *m_contents = nullptr; // made anew when the package or its users change
};

} // namespace slipway::views
