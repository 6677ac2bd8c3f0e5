// Uploaded packages: what is in each, who uses it, and the ways to get new ones in.
#pragma once

#include "models/packages/package_model.h"
#include "views/packages/package_details.h"
#include "views/packages/upload_card.h"
#include "views/widgets/banner.h"
#include "views/widgets/data_table.h"
#include "views/widgets/page.h"

class QStackedWidget;

namespace slipway::views
{

class EmptyState;
class SearchField;

class PackagesPage : public Page
{
    Q_OBJECT

public:
    explicit PackagesPage(PageContext &context);

    QString title() const override { return tr("Packages"); }
    QList<QAction *> pageActions() const override { return m_actions; }
    void goTo(const Place &place) override;
    bool focusFilter() override;

protected:
    void resizeEvent(QResizeEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dragLeaveEvent(QDragLeaveEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    QWidget *makeHeader();
    QWidget *makeContents();
    QWidget *makeTable();
    QWidget *makeEmptyState();
    void makeActions();
    void updateContents();
    void showDetails();
    void fitParts(); // columns that the details repeat make room for them
    void chooseFile();
    void chooseFolder();
    void pack(const QString &folder, const QString &output);
    void onPacked(const QString &output, const Result<void> &result);
    void askDelete(const QString &digest);
    void remove(const QString &digest);
    void openMenu(const QString &digest, const QPoint &position);
    QString nameOf(const QString &digest) const;

    PageContext &m_context;
    models::PackageModel m_model;
    Label *m_summary = nullptr;
    SearchField *m_filter = nullptr;
    QWidget *m_pack = nullptr;
    Banner *m_banner = nullptr;
    QString m_packed; // the file that the banner offers to upload
    UploadCard *m_upload = nullptr;
    DataTable *m_table = nullptr;
    QStackedWidget *m_stack = nullptr;
    PackageDetails *m_details = nullptr;
    QWidget *m_drop_hint = nullptr;
    QList<QAction *> m_actions;
};

} // namespace slipway::views
